"""docs/log.md names every event that is written, at its level."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapter.entra_mfa import page as entra_page
from adapter.mfa.codes.factor import CodeOutcome
from adapter.mfa.permissions import NOT_ALLOWED
from adapter.mfa.push.pauses import PAUSES
from adapter.mfa.verification.verifier import FAILURES
from adapter.mfa_server import page as server_page
from idp.audit.writer import REPORT_BLOCKED, REPORT_NOT_BLOCKED
from idp.authenticator.phone_texts import OUTCOMES as PHONE_OUTCOMES
from idp.events import VERBOSE, Event

PAGE = (Path(__file__).parents[2] / "docs" / "log.md").read_text()
ROWS = dict(re.findall(r"^\| (\d+) \| \w+ \| (\w+) \|", PAGE, re.MULTILINE))


OUTCOMES = {
    outcome: (page, phone, reason)
    for outcome, page, phone, reason in re.findall(
        r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$",
        PAGE.partition("## How a second factor ends")[2].partition("\n## ")[0],
        re.MULTILINE,
    )
}
PHONE = {each["title"] for each in PHONE_OUTCOMES.values()}
MICROSOFTS = {
    "successfully completed",
    "user declined the authentication",
    "user didn't respond to mobile app notification",
    "unable to send the mobile app notification",
    "unable to send the mobile app notification to the device",
    "user entered incorrect code",
    "entered incorrect code too many times",
    "verification code already used once",
    "duplicate authentication attempt",
    "user is blocked",
    "user doesn't have any verification methods registered",
}
"""Reasons in the sign-in log of Microsoft Entra."""


def test_every_outcome_of_the_second_factor_has_a_row():
    passed = {"approved", "right_code"}
    on_pages = {*entra_page.ERRORS, *server_page.ERRORS, *map(str, PAUSES), *NOT_ALLOWED.values()}
    of_codes = {each.value for each in CodeOutcome if each is not CodeOutcome.RIGHT}

    assert OUTCOMES.keys() == on_pages | of_codes | set(FAILURES.values()) | passed | {
        "method_not_available"
    }


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_row_has_the_text_of_the_page_and_the_phone_and_a_reason_of_microsofts(outcome):
    page, phone, reason = OUTCOMES[outcome]
    shown = {**server_page.ERRORS, **entra_page.ERRORS}.get(outcome)

    assert page == shown if shown is not None else page.startswith("(")
    assert phone == "—" or phone in PHONE
    assert reason in MICROSOFTS


def test_the_reasons_of_the_table_are_those_of_the_reference():
    assert {reason for _, _, reason in OUTCOMES.values()} == MICROSOFTS


def test_what_a_report_has_done_is_named():
    assert all(f"`{action}`" in PAGE for action in (REPORT_BLOCKED, REPORT_NOT_BLOCKED))


@pytest.mark.parametrize("event", Event)
def test_every_event_has_a_row_at_its_level(event):
    assert ROWS[str(int(event))] == ("verbose" if event in VERBOSE else "basic")


def test_no_row_is_of_an_event_that_is_not_written():
    assert {int(number) for number in ROWS} == set(Event)
