"""The decision: the whole table, and what must hold beyond its rows."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fresh_python import printed_by

import adapter
from adapter import decide
from adapter.decision import EXPERIENCES, REASONS, VALUES, UnknownValueError
from adapter.errors import TallystickError
from adapter.windows import (
    NUMBER_MATCHING_SINCE,
    PRODUCTS,
    Build,
    TextTooLongError,
)

TABLE = Path(__file__).parent / "data" / "experience-table.csv"
ROWS = list(csv.DictReader(TABLE.read_text("utf-8").splitlines()))

TABLE_BASES = sorted(NUMBER_MATCHING_SINCE)
revisions = st.integers(0, 2**32 - 1)
builds = st.builds(Build, st.sampled_from(list(PRODUCTS)) | st.integers(1000, 99999), revisions)
choices = {name: st.sampled_from(values) for name, values in VALUES.items()}
versions = st.lists(st.integers(0, 9999), min_size=4, max_size=4).map(
    lambda parts: ".".join(map(str, parts))
)


def kwargs_of(row: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in row.items() if k not in {"expected", "reason", "basis"}}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(filter(None, row.values())))
def test_every_row_of_the_table_is_decided_as_the_row_says(row):
    decision = decide(**kwargs_of(row))

    assert (decision.experience, decision.reason) == (row["expected"], row["reason"])


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row["basis"] == "stated"],
    ids=lambda row: " ".join(filter(None, row.values())),
)
def test_a_decision_that_is_stated_rests_on_stated_rules_alone(row):
    rules = decide(**kwargs_of(row)).rules

    assert rules
    assert all(rule.basis == "stated" for rule in rules)


def test_the_table_knows_every_reason_but_the_three_beyond_it():
    beyond = {"update_level_unknown", "not_a_build", "after_table_by_setting"}

    assert {row["reason"] for row in ROWS} | beyond == set(REASONS)
    assert {row["expected"] for row in ROWS} == set(EXPERIENCES)


# AD FS


@given(st.sampled_from(TABLE_BASES), revisions, revisions)
def test_a_higher_revision_never_loses_number_matching(base, one, other):
    lower, higher = sorted((one, other))

    if decide(scenario="adfs", host=Build(base, lower)).experience == "number_match":
        assert decide(scenario="adfs", host=Build(base, higher)).experience == "number_match"


@given(builds)
def test_a_build_and_its_text_are_decided_alike(build):
    assert decide(scenario="adfs", host=build) == decide(scenario="adfs", host=str(build))


@given(builds, choices["device"], choices["push_policy"])
def test_only_the_three_listed_versions_ever_ask_for_a_number(build, device, policy):
    decision = decide(scenario="adfs", host=build, device=device, push_policy=policy)

    if decision.experience == "number_match":
        assert build.base in TABLE_BASES


@pytest.mark.parametrize("base", [25398, 26100, 30000])
def test_the_setting_gives_a_number_to_what_is_later_than_the_table(base):
    decision = decide(scenario="adfs", host=f"{base}.1", products_after_table="number_match")

    assert (decision.experience, decision.reason) == ("number_match", "after_table_by_setting")
    assert [rule.basis for rule in decision.rules] == ["stated", "inferred"]


@pytest.mark.parametrize("host", ["9600.20144", "19042.9999", "17134.1", "20347.1"])
def test_the_setting_changes_nothing_for_what_is_earlier(host):
    decision = decide(scenario="adfs", host=host, products_after_table="number_match")

    assert (decision.experience, decision.reason) == ("approve_deny", "not_in_table")


def test_the_setting_changes_nothing_for_what_the_table_lists():
    decision = decide(scenario="adfs", host="20348.349", products_after_table="number_match")

    assert decision.reason == "kb_missing"


@pytest.mark.parametrize(
    ("device", "reason"),
    [("phone-old", "app_upgrade_required"), ("wearable", "wearable_cannot_match")],
)
def test_a_number_by_the_setting_needs_a_fit_device_too(device, reason):
    decision = decide(
        scenario="adfs", host="26100.1", products_after_table="number_match", device=device
    )

    assert decision.reason == reason


def test_a_decision_names_the_required_and_the_installed_update():
    decision = decide(scenario="adfs", host="17763.2299")

    assert decision.product == "Windows Server 2019"
    assert (decision.kb, decision.required_build) == ("KB5007206", Build(17763, 2300))
    assert "kb5007206" in decision.update_url
    assert (decision.installed.kb, decision.build) == ("KB5006744", Build(17763, 2299))


def test_a_preview_that_was_once_listed_is_below_and_flagged():
    decision = decide(scenario="adfs", host="20348.320")

    assert decision.reason == "kb_missing"
    assert "KB5006745" in decision.warnings[0]


@given(st.text())
def test_no_host_raises_anything_but_our_own_errors(host):
    for scenario in ("adfs", "nps"):
        try:
            decision = decide(scenario=scenario, host=host)
        except TallystickError:
            continue
        assert decision.reason in REASONS


def test_a_host_beyond_the_limit_is_refused():
    with pytest.raises(TextTooLongError):
        decide(scenario="adfs", host="20348.350" * 200_000)


# Every scenario


@given(
    st.fixed_dictionaries({name: values for name, values in choices.items() if name != "scenario"}),
    choices["scenario"],
    builds.map(str),
    versions,
    st.sampled_from(["", "unset", "TRUE", "FALSE", "true", "1"]),
)
def test_every_reason_and_experience_is_a_known_one(given_, scenario, build, version, override):
    host = version if scenario == "nps" else build

    decision = decide(scenario=scenario, host=host, override=override, **given_)

    assert decision.reason in REASONS
    assert decision.experience in EXPERIENCES
    assert decision.rules
    assert decision.explanation


@pytest.mark.parametrize("scenario", VALUES["scenario"])
def test_without_a_policy_there_is_no_push_anywhere(scenario):
    hosts = {"adfs": "20348.350", "nps": "1.2.2216.1"}

    decision = decide(scenario=scenario, host=hosts.get(scenario, ""), push_policy="none")

    assert (decision.experience, decision.reason) == ("unavailable", "push_not_enabled")


@pytest.mark.parametrize("scenario", ["mfa", "sspr", "registration", "adfs"])
def test_a_default_of_push_is_a_push(scenario):
    decision = decide(scenario=scenario, host="20348.350", requested_method="default")

    assert decision.experience == "number_match"


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_does_not_exist_is_refused_by_name(name):
    with pytest.raises(UnknownValueError, match=name):
        decide(**{"scenario": "mfa", name: "nonsense"})


# The JSON


def test_the_json_has_the_keys_of_the_interface_in_their_order():
    decision = decide(scenario="adfs", host="20348.350")

    assert decision.as_json() == {
        "experience": "number_match",
        "reason": "kb_installed",
        "product": "Windows Server 2022",
        "kb": "KB5007205",
        "required_build": "20348.350",
        "update_url": decision.update_url,
        "installed": {
            "kb": "KB5007205",
            "build": "20348.350",
            "released": "2021-11-09",
            "kind": "security",
            "exact": True,
            "server_build": "20348.350",
        },
        "rules": [rule.as_json() for rule in decision.rules],
        "warnings": [],
    }
    assert list(decision.as_json())[:3] == ["experience", "reason", "product"]


def test_a_rule_is_a_marked_quotation_or_inferred():
    stated, inferred = decide(scenario="adfs", host="20348.400").rules[-2:]

    assert stated.as_json()["basis"] == "stated"
    assert "AD FS adapter supports number matching" in stated.as_json()["quote"]
    assert inferred.as_json()["basis"] == "inferred"
    assert inferred.as_json()["quote"] is None
    assert inferred.as_json()["note"]


def test_importing_the_decision_drags_in_nothing_heavy():
    code = "import sys; from adapter import decide; print(*sys.modules, sep='\\n')"

    modules = subprocess.run(  # noqa: S603 - our own interpreter, our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    assert "adapter.decision" in modules
    assert not {"flask", "saml2", "sqlalchemy", "lxml", "idp", "cryptography"} & set(modules)


def test_the_package_loads_the_decision_when_it_is_first_asked_for():
    code = (
        "import sys, adapter; before = 'adapter.decision' in sys.modules\n"
        "print(before, adapter.decide is sys.modules['adapter.decision'].decide)"
    )

    assert printed_by(code) == "False True"


def test_the_package_has_nothing_else():
    with pytest.raises(AttributeError, match="'adapter' has no attribute 'decline'"):
        adapter.decline  # noqa: B018 - the name is what is looked up
