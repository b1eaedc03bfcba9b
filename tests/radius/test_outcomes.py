"""Every way in which a password, a phone or a code fails has a rejection of NPS."""

from __future__ import annotations

import re

import pytest

from adapter.mfa.codes.factor import CodeOutcome
from adapter.mfa.permissions import NOT_ALLOWED
from adapter.mfa.push.pauses import PAUSES
from adapter.mfa.verification.verifier import FAILURES
from idp.directory import password_check
from idp.radius.event_texts import accepted_lines, rejected_lines
from idp.radius.outcomes import ACCEPTED, REJECTIONS

OF_PHONES = set(FAILURES.values()) - {"wrong_number"}  # no number is ever asked for here
OF_CODES = {outcome.value for outcome in CodeOutcome} - {"right"}
OF_PASSWORDS = set(
    re.findall(r"``([a-z_]+)``", password_check.PasswordCheck.__doc__.partition("\n\n")[2])
) - {"failure", "name", "lockout"}


@pytest.mark.parametrize(
    "outcome",
    sorted(OF_PHONES | OF_CODES | OF_PASSWORDS | set(NOT_ALLOWED.values()) | {*map(str, PAUSES)}),
)
def test_it_has_a_rejection(outcome):
    assert outcome in REJECTIONS


@pytest.mark.parametrize("outcome", REJECTIONS)
def test_a_rejection_is_told_in_the_security_log_with_the_reason_code_of_nps(outcome):
    *_, last = rejected_lines(outcome, "alice@example.test", "the-cid")

    assert (last.channel, last.event_id) == ("Security", 6273)
    assert f"Reason code: {REJECTIONS[outcome].reason_code}." in last.text


@pytest.mark.parametrize("outcome", REJECTIONS)
def test_what_the_extension_rejects_has_the_reason_code_21_and_a_response_of_the_cloud(outcome):
    reason_code, response, _ = REJECTIONS[outcome]

    assert (reason_code == 21) == bool(response)


def test_an_accept_has_the_cid_of_the_extension_and_the_event_of_nps():
    first, second = accepted_lines("approved", "alice@example.test", "the-cid")

    assert "CID: the-cid : Access Accepted for user alice@example.test" in first.text
    assert (second.channel, second.event_id) == ("Security", 6272)


@pytest.mark.parametrize("outcome", ACCEPTED)
def test_no_outcome_is_both(outcome):
    assert outcome not in REJECTIONS


def test_a_challenge_that_cannot_be_carried_is_told_in_the_words_of_microsofts_page():
    first, *_ = rejected_lines("challenge_needs_pap", "alice@example.test", "the-cid")

    assert first.channel == "AuthZOptCh"
    assert first.text == (
        "NPS Extension for Azure MFA: Challenge requested in Authentication extension for the user "
        "alice@example.test"
    )


def test_the_source_has_a_sentence_for_each_without_a_full_stop():
    assert all(not each.sentence.endswith(".") for each in REJECTIONS.values())
