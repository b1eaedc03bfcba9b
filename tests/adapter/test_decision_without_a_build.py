"""The decision on a text that gives no build: what is certain all the same, and what is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter import decide
from adapter.decision import VALUES
from adapter.windows import (
    HOW_TO_TELL,
    NUMBER_MATCHING_SINCE,
    PRODUCTS,
    Build,
)

TABLE_BASES = sorted(NUMBER_MATCHING_SINCE)

revisions = st.integers(0, 2**32 - 1)

choices = {name: st.sampled_from(values) for name, values in VALUES.items()}


def test_a_text_without_a_revision_is_answered_with_what_is_known_and_what_to_run():
    decision = decide(scenario="adfs", host="Microsoft Windows [Version 10.0.14393]")

    assert (decision.experience, decision.reason) == (None, "update_level_unknown")
    assert (decision.product, decision.kb) == ("Windows Server 2016", "KB5006669")
    assert "winver" in decision.warnings[-1]
    assert decision.rules == ()


@pytest.mark.parametrize(
    ("host", "product"),
    [
        ("9600", "Windows Server 2012 R2"),
        ("Microsoft Windows [Version 6.3.9600]", "Windows Server 2012 R2"),
        ("OS Name: Microsoft Windows Server 2012 R2 Standard", "Windows Server 2012 R2"),
        ("10.0.18363", "Windows Server, version 1909"),
        ("26100", "Windows Server 2025"),
        ("30000", None),
        ("[Version 6.3.9600.1]\n[Version 6.3.9600.2]", "Windows Server 2012 R2"),
    ],
)
def test_a_product_outside_the_table_needs_no_revision(host, product):
    decision = decide(scenario="adfs", host=host)

    assert (decision.experience, decision.reason) == ("approve_deny", "not_in_table")
    assert (decision.product, decision.build, decision.installed) == (product, None, None)
    assert (decision.kb, decision.required_build, decision.update_url) == (None, None, None)
    name = product or "the base build 30000"
    table = f"Microsoft's table has no update for {name}, whatever its revision."
    assert decision.warnings[-1] == table


def test_the_setting_decides_what_is_later_than_the_table_without_a_revision_too():
    later = decide(scenario="adfs", host="26100", products_after_table="number_match")
    earlier = decide(scenario="adfs", host="9600", products_after_table="number_match")

    assert (later.experience, later.reason) == ("number_match", "after_table_by_setting")
    assert earlier.experience == "approve_deny"


@given(st.sampled_from(sorted(set(PRODUCTS) - set(TABLE_BASES))), revisions, choices["device"],
       choices["push_policy"], choices["products_after_table"])  # fmt: skip
def test_what_is_decided_without_a_revision_is_what_every_revision_gives(
    base, revision, device, policy, after_table
):
    settings = {"device": device, "push_policy": policy, "products_after_table": after_table}
    without = decide(scenario="adfs", host=str(base), **settings)
    with_one = decide(scenario="adfs", host=Build(base, revision), **settings)

    assert (without.experience, without.reason) == (with_one.experience, with_one.reason)
    assert without.rules == with_one.rules


@pytest.mark.parametrize("file", ["hal.dll 10.0.9600.17031", "DriverVersion : 10.0.26100.1"])
def test_the_version_of_a_file_decides_nothing(file):
    decision = decide(scenario="adfs", host=file, products_after_table="number_match")

    assert (decision.experience, decision.reason) == (None, "update_level_unknown")


@pytest.mark.parametrize("base", TABLE_BASES)
def test_an_undecided_text_names_the_update_that_its_product_needs(base):
    required = NUMBER_MATCHING_SINCE[base]

    decision = decide(scenario="adfs", host=str(base))

    assert (decision.experience, decision.reason) == (None, "update_level_unknown")
    assert (decision.product, decision.kb) == (required.product, required.kb)
    assert (decision.required_build, decision.update_url) == (required.build, required.url)
    assert decision.build is None
    assert decision.warnings == (
        f"{required.product} shows a number from {required.kb} ({required.build}) on.",
        f"{HOW_TO_TELL}.",
    )


def test_an_undecided_hotfix_list_names_its_newest_update_and_what_that_does_not_prove():
    decision = decide(scenario="adfs", host="Windows Server 2022\nKB5004330\nKB5006699\nKB5005039")

    assert decision.installed is not None
    assert (decision.installed.kb, decision.required_build) == ("KB5006699", Build(20348, 350))
    assert decision.warnings == (
        "Windows Server 2022 shows a number from KB5007205 (20348.350) on.",
        "The newest cumulative update in the hotfix list is KB5006699 (20348.288); that proves "
        "neither that a later one is installed nor that none is.",
        f"{HOW_TO_TELL}.",
    )


def test_an_undecided_hotfix_list_without_a_known_update_proves_nothing():
    decision = decide(scenario="adfs", host="Windows Server 2022\nKB9999999")

    assert decision.installed is None
    assert decision.warnings[1:] == (
        "The hotfix list holds no cumulative update of this server; that proves nothing.",
        f"{HOW_TO_TELL}.",
    )


@pytest.mark.parametrize("host", ["", "hello", "٢٠٣٤٨.٣٥٠", "Windows 11 (OS Build 26100.1)"])
def test_a_text_that_names_no_server_is_not_a_build(host):
    decision = decide(scenario="adfs", host=host)

    assert (decision.experience, decision.reason) == (None, "not_a_build")


@pytest.mark.parametrize("kb", ["KB5007205", "KB5008223"])
def test_a_hotfix_list_proves_the_update_by_its_kb_or_any_later_one(kb):
    decision = decide(scenario="adfs", host=f"KB5004330\n{kb}")

    assert (decision.experience, decision.reason) == ("number_match", "kb_installed")
    assert "restart" in decision.warnings[-1]


def test_a_hotfix_list_with_older_updates_only_proves_nothing():
    decision = decide(scenario="adfs", host="KB5004330\nKB5006699")

    assert (decision.experience, decision.reason) == (None, "update_level_unknown")
    assert decision.installed.kb == "KB5006699"
    assert decision.build is None


def test_a_hotfix_list_of_a_product_outside_the_table_is_decided():
    assert decide(scenario="adfs", host="KB5044284").reason == "not_in_table"


def test_where_build_and_hotfixes_disagree_the_build_decides():
    decision = decide(scenario="adfs", host="OS Build 20348.349\n[01]: KB5007205")

    assert decision.reason == "kb_missing"
    assert "KB5007205" in decision.warnings[0]
