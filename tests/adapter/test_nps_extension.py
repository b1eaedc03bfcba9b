"""The NPS extension: versions as numbers, the registry override, the truth table."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter import decide
from adapter.nps_extension import (
    KNOWN_VERSIONS,
    NotAVersionError,
    NpsVersion,
    Override,
    parse_version,
    read_override,
)

parts = st.tuples(*[st.integers(0, 99999)] * 4)

# override, code registered, protocol, client answers: from 1.2.2216.1, from 1.0.1.40, before
TRUTH = {
    ("unset", "yes", "PAP", "yes"):      ("totp",         "approve_deny", "approve_deny"),
    ("unset", "yes", "PAP", "no"):       ("refused",      "approve_deny", "approve_deny"),
    ("unset", "yes", "MSCHAPv2", "yes"): ("refused",      "approve_deny", "approve_deny"),
    ("unset", "yes", "MSCHAPv2", "no"):  ("refused",      "approve_deny", "approve_deny"),
    ("unset", "no", "PAP", "yes"):       ("approve_deny", "approve_deny", "approve_deny"),
    ("unset", "no", "PAP", "no"):        ("approve_deny", "approve_deny", "approve_deny"),
    ("unset", "no", "MSCHAPv2", "yes"):  ("approve_deny", "approve_deny", "approve_deny"),
    ("unset", "no", "MSCHAPv2", "no"):   ("approve_deny", "approve_deny", "approve_deny"),
    ("TRUE", "yes", "PAP", "yes"):       ("totp",         "totp",         "approve_deny"),
    ("TRUE", "yes", "PAP", "no"):        ("refused",      "refused",      "approve_deny"),
    ("TRUE", "yes", "MSCHAPv2", "yes"):  ("refused",      "refused",      "approve_deny"),
    ("TRUE", "yes", "MSCHAPv2", "no"):   ("refused",      "refused",      "approve_deny"),
    ("TRUE", "no", "PAP", "yes"):        ("approve_deny", "approve_deny", "approve_deny"),
    ("TRUE", "no", "PAP", "no"):         ("approve_deny", "approve_deny", "approve_deny"),
    ("TRUE", "no", "MSCHAPv2", "yes"):   ("approve_deny", "approve_deny", "approve_deny"),
    ("TRUE", "no", "MSCHAPv2", "no"):    ("approve_deny", "approve_deny", "approve_deny"),
    ("FALSE", "yes", "PAP", "yes"):      ("approve_deny", "approve_deny", "approve_deny"),
    ("FALSE", "yes", "PAP", "no"):       ("approve_deny", "approve_deny", "approve_deny"),
    ("FALSE", "yes", "MSCHAPv2", "yes"): ("approve_deny", "approve_deny", "approve_deny"),
    ("FALSE", "yes", "MSCHAPv2", "no"):  ("approve_deny", "approve_deny", "approve_deny"),
    ("FALSE", "no", "PAP", "yes"):       ("approve_deny", "approve_deny", "approve_deny"),
    ("FALSE", "no", "PAP", "no"):        ("approve_deny", "approve_deny", "approve_deny"),
    ("FALSE", "no", "MSCHAPv2", "yes"):  ("approve_deny", "approve_deny", "approve_deny"),
    ("FALSE", "no", "MSCHAPv2", "no"):   ("approve_deny", "approve_deny", "approve_deny"),
}  # fmt: skip
GENERATIONS = (("1.2.2216.1", "1.2.2893.1"), ("1.0.1.40", "1.2.2131.2"), ("1.0.1.39", "0.9.9.9"))


def radius(version: str, **given_: str):
    return decide(scenario="nps", host=version, requested_method="default", **given_)


@pytest.mark.parametrize("case", TRUTH, ids=" ".join)
def test_the_truth_table_holds_for_each_generation_of_versions(case):
    override, registered, protocol, client = case

    for expected, versions in zip(TRUTH[case], GENERATIONS, strict=True):
        for version in versions:
            decision = radius(
                version,
                override=override,
                totp_registered=registered,
                protocol=protocol,
                client_can_answer_challenge=client,
            )
            assert decision.experience == expected, version


@given(parts, parts)
def test_versions_compare_part_by_part_as_numbers(one, other):
    assert (NpsVersion(*one) < NpsVersion(*other)) is (one < other)


@given(parts)
def test_a_version_reads_back_as_it_was_written(numbers):
    assert parse_version(str(NpsVersion(*numbers))) == NpsVersion(*numbers)


def test_1_0_1850_1_is_later_than_1_0_1_41():
    assert parse_version("1.0.1850.1") > parse_version("1.0.1.41")
    assert list(KNOWN_VERSIONS) == sorted(KNOWN_VERSIONS)


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.2.2216", "1.2.2216.1.0", "v1.2.2216.1", "1.2.2216.-1", "1.2.2216.１", "a.b.c.d"],
)
def test_a_malformed_version_is_refused(text):
    with pytest.raises(NotAVersionError, match=r"1\.2\.2216\.1"):
        radius(text)


@pytest.mark.parametrize("value", ["true", "True", "false", "1", "yes", " TRUE", "UNSET"])
def test_an_unknown_value_of_the_override_is_unset_and_warned_of(value):
    decision = radius("1.2.2131.2", override=value)

    assert read_override(value) is Override.UNSET
    assert decision.reason == "override_not_set"
    assert "counts as unset" in decision.warnings[0]


@pytest.mark.parametrize("value", ["", "unset", "TRUE", "FALSE"])
def test_the_known_values_of_the_override_are_not_warned_of(value):
    decision = radius(
        "1.2.2131.2",
        override=value,
        totp_registered="yes",
        protocol="PAP",
        client_can_answer_challenge="yes",
    )

    assert decision.warnings == ()


@pytest.mark.parametrize("protocol", ["CHAP", "EAP", "MSCHAPv2"])
@pytest.mark.parametrize("version", ["1.2.2216.1", "1.2.2131.2", "1.0.1.39"])
def test_chap_and_eap_carry_no_more_than_mschapv2(protocol, version):
    for override, registered in itertools.product(["unset", "TRUE", "FALSE"], ["yes", "no"]):
        one, other = (
            radius(version, override=override, totp_registered=registered, protocol=each)
            for each in (protocol, "MSCHAPv2")
        )
        assert one == other


def test_values_that_were_not_given_are_assumed_and_named():
    decision = radius("1.2.2216.1")

    assert decision.experience == "totp"
    assert len(decision.warnings) == 3


def test_only_values_that_matter_to_the_version_are_assumed():
    assert radius("1.2.2131.2").warnings == ()


@pytest.mark.parametrize("device", ["phone-old", "wearable"])
def test_any_device_can_answer_since_no_number_is_asked_for(device):
    assert radius("1.2.2131.2", device=device).experience == "approve_deny"


def test_a_code_that_was_asked_for_stays_a_code():
    decision = decide(
        scenario="nps",
        host="1.2.2131.2",
        requested_method="totp",
        protocol="PAP",
        client_can_answer_challenge="yes",
    )

    assert (decision.experience, decision.reason) == ("totp", "method_unchanged")


@pytest.mark.parametrize(
    ("protocol", "client", "reason"),
    [
        ("MSCHAPv2", "yes", "challenge_needs_pap"),
        ("PAP", "no", "client_cannot_answer_challenge"),
    ],
)
def test_a_code_that_cannot_be_carried_is_refused_and_never_becomes_a_push(
    protocol, client, reason
):
    decision = decide(
        scenario="nps",
        host="1.2.2216.1",
        requested_method="totp",
        protocol=protocol,
        client_can_answer_challenge=client,
    )

    assert (decision.experience, decision.reason) == ("refused", reason)


def test_a_version_between_the_listed_ones_is_said_to_be_inferred():
    listed, between = radius("1.2.2131.2"), radius("1.2.2200.0")

    assert between.reason == listed.reason
    assert [rule.basis for rule in listed.rules] == ["stated", "stated"]
    assert [rule.basis for rule in between.rules] == ["stated", "stated", "inferred"]
