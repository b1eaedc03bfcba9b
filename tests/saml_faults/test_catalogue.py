"""The catalogue of faults: what stands in each row."""

from __future__ import annotations

import re

import pytest

from idp.saml_faults.catalogue import BY_CODE, FAULTS, UnknownFault, find_fault, select_faults
from idp.saml_faults.fault import GROUP_TITLES, Correct, Group


def test_every_code_stands_once():
    assert len(BY_CODE) == len(FAULTS)


def test_there_are_faults_and_harmless_variations_in_every_group():
    assert {fault.group for fault in FAULTS} == set(Group) == set(GROUP_TITLES)
    assert {fault.correct for fault in FAULTS} == set(Correct)


@pytest.mark.parametrize("number", range(1, 9))
def test_all_eight_wrappings_are_there(number):
    assert find_fault(f"xsw{number}").group is Group.WRAPPING


@pytest.mark.parametrize("group", Group)
def test_a_row_says_what_is_correct_and_who_says_so(group):
    for fault in (each for each in FAULTS if each.group is group):
        assert re.fullmatch(r"[a-z][a-z0-9_]*", fault.code)
        assert re.fullmatch(r"It .+\.", fault.expectation)
        assert fault.title[0].isupper()
        assert not fault.title.endswith(".")
        assert re.search(r"\u00a7\d|SDP-|CWE-", fault.source)
        assert all(re.fullmatch(r"CVE-\d{4}-\d{4,}", each) for each in fault.cve)


def test_an_unknown_code_gets_the_one_that_is_meant():
    with pytest.raises(UnknownFault, match="audience_wrong"):
        find_fault("audience_wrng")


def test_a_group_selects_its_faults():
    chosen = select_faults(("log-out", "unsolicited"))

    assert {fault.group for fault in chosen} == {Group.LOG_OUT, Group.IN_RESPONSE_TO}
    assert select_faults(()) == FAULTS
