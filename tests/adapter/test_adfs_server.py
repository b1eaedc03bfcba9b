"""What a server's text proves, and what its build makes of a push, each by itself."""

from __future__ import annotations

import pytest

from adapter.adfs_server import ProvenServer, by_build, explain_undecided, read_host
from adapter.windows import HOW_TO_TELL, NUMBER_MATCHING_SINCE, Build, Reading, describe

REQUIRED = NUMBER_MATCHING_SINCE[20348].build
HOTFIXES = "Windows Server 2022\n{} Security Update\n"


@pytest.mark.parametrize(
    ("build", "after_table", "experience", "reason"),
    [
        (REQUIRED, "approve_deny", "number_match", "kb_installed"),
        (Build(20348, REQUIRED.revision + 1), "approve_deny", "number_match", "kb_installed"),
        (Build(20348, REQUIRED.revision - 1), "number_match", "approve_deny", "kb_missing"),
        (Build(9600, 99999), "number_match", "approve_deny", "not_in_table"),
        (Build(18363, 1), "number_match", "approve_deny", "not_in_table"),
        (Build(26100, 1), "approve_deny", "approve_deny", "not_in_table"),
        (Build(26100, 1), "number_match", "number_match", "after_table_by_setting"),
    ],
)
def test_the_build_decides_what_a_push_shows(build, after_table, experience, reason):
    verdict = by_build(describe(build), after_table)

    assert (verdict.experience, verdict.reason) == (experience, reason)


def test_the_required_update_itself_needs_no_rule_on_later_ones():
    at, later = (by_build(describe(Build(20348, r)), "") for r in (350, 351))

    assert [rule.name for rule in at.rules] == ["adfs_update_installed"]
    assert [rule.name for rule in later.rules] == [
        "adfs_update_installed",
        "updates_are_cumulative",
    ]


@pytest.mark.parametrize("host", [REQUIRED, "20348.350", "10.0.20348.350"])
def test_a_build_alone_is_the_server_without_a_warning(host):
    assert read_host(host) == ProvenServer(describe(REQUIRED))


def test_a_hotfix_list_with_the_required_update_proves_the_server_with_a_warning():
    found = read_host(HOTFIXES.format("KB5007205"))

    assert isinstance(found, ProvenServer)
    assert found.server.build == REQUIRED
    assert any("waits for a restart" in warning for warning in found.warnings)


def test_a_hotfix_list_never_proves_that_an_update_is_missing():
    found = read_host(HOTFIXES.format("KB5006699"))

    assert isinstance(found, Reading)
    assert found.at_least is not None
    assert not found.at_least.includes(REQUIRED)


def test_a_preview_in_the_hotfix_list_is_flagged_to_who_is_undecided():
    reading = read_host(HOTFIXES.format("KB5006745"))

    said = list(
        explain_undecided(reading, NUMBER_MATCHING_SINCE[20348], describe(reading.at_least))
    )

    assert "KB5006745 (20348.320)" in said[1]
    assert said[2].startswith("The preview KB5006745 (20348.320) is installed.")


@pytest.mark.parametrize("text", ["Windows Server 2022", "20348", "no server at all", "9600"])
def test_a_text_that_proves_too_little_is_only_a_reading(text):
    assert isinstance(read_host(text), Reading)


def test_an_undecided_text_is_explained_by_what_it_proves_and_ends_with_what_to_run():
    reading = read_host(HOTFIXES.format("KB5006699"))
    required = NUMBER_MATCHING_SINCE[20348]

    said = list(explain_undecided(reading, required, describe(reading.at_least)))

    assert said[0] == "Windows Server 2022 shows a number from KB5007205 (20348.350) on."
    assert said[1].startswith("The newest cumulative update in the hotfix list is KB5006699")
    assert said[-1] == f"{HOW_TO_TELL}."


def test_a_product_that_is_not_in_the_table_is_explained_too():
    (about_table, how_to_tell) = explain_undecided(Reading(base=9600), None, None)

    assert about_table.startswith("Microsoft's table has no update for Windows Server 2012 R2")
    assert how_to_tell == f"{HOW_TO_TELL}."
