"""The phone's answers over the signed API: approvals, denials, and those that come too late."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from support.phones.signed_phone import signed_phone_of
from support.users import ALICE

from idp.audit.sign_in_log import LogQuery


def refused(response: requests.Response, status: int, code: str) -> None:
    """Assert that this is the refusal: a status, a code, two sentences, and the server's time."""
    assert (response.status_code, response.json()["error"]) == (status, code)
    assert set(response.json()) == {"error", "problem", "remedy", "server_time"}


# Answers


def test_the_right_number_approves(phone_host, signed_phone):
    started = phone_host.push()
    answer = signed_phone.answer(started, number=started.number)
    assert answer.json()["state"] == "approved"
    assert phone_host.stored(started).answered_by == signed_phone.device


def test_a_wrong_number_ends_the_request(phone_host, signed_phone):
    started = phone_host.push()
    wrong = str(109 - int(started.number))
    assert signed_phone.answer(started, number=wrong).json()["state"] == "wrong_number"
    refused(signed_phone.answer(started, number=started.number), 409, "already_answered")


def test_an_answer_after_a_block_is_told_that_the_user_is_blocked(phone_host, signed_phone):
    started = phone_host.push()
    phone_host.services.mfa.protection.block(ALICE)
    late = signed_phone.answer(started, number=started.number)
    refused(late, 409, "user_blocked")


def test_a_phone_that_has_seen_a_request_is_told_that_a_block_has_ended_it(
    phone_host, signed_phone
):
    started = phone_host.push()
    seen = f"pending?seen={started.challenge.id}"
    assert "blocked" not in signed_phone.call("GET", "pending").json()
    phone_host.services.mfa.protection.block(ALICE)
    told = signed_phone.call("GET", seen).json()
    assert (told["requests"], told["blocked"]) == ([], True)
    assert "blocked" not in signed_phone.call("GET", "pending").json()


def test_an_approval_without_the_number_that_is_due_leaves_the_request_open(
    phone_host, signed_phone
):
    started = phone_host.push()
    refused(signed_phone.answer(started), 422, "number_required")
    assert signed_phone.answer(started, number=started.number).json()["state"] == "approved"


def test_a_number_that_was_not_asked_for_is_ignored(phone_host, signed_phone):
    started = phone_host.push("approve_deny")
    assert signed_phone.answer(started, number="42").json()["state"] == "approved"


def test_a_denial_may_be_reported(phone_host, signed_phone):
    started = phone_host.push()
    assert signed_phone.answer(started, decision="deny", report=True).json()["state"] == "denied"
    assert phone_host.stored(started).reported


def test_a_report_is_in_the_sign_in_log_and_told_to_the_other_phones(phone_host, phone):
    other = phone_host.phone(name="another")
    started = phone_host.push()
    assert phone.report() == "denied"

    row, action = (entry.record for entry in phone_host.services.log.read(LogQuery(user=ALICE)))
    assert (action.event_id, action.outcome) == (1203, "report_no_action")
    assert (row.event_id, row.outcome) == (1203, "user_reported_suspicious_activity")
    assert row.detail == f"request {started.challenge.id} from 192.0.2.7"
    assert row.experience == "number_match"
    assert [notice.occasion for notice in other.notices()] == ["pushes_paused"]
    assert [notice.occasion for notice in phone.notices()] == ["device_added"]


def test_a_denial_that_is_not_reported_is_not_in_the_sign_in_log(phone_host, phone):
    phone_host.push()
    phone.deny()

    assert phone_host.services.log.read(LogQuery(user=ALICE)) == ()


def test_an_answer_with_another_requests_nonce_is_refused(phone_host, signed_phone):
    started = phone_host.push("approve_deny")
    refused(signed_phone.answer(started, nonce="x" * 22), 403, "wrong_nonce")
    assert phone_host.stored(started).state == "pending"


def test_a_second_answer_is_refused(phone_host, signed_phone):
    started = phone_host.push("approve_deny")
    assert signed_phone.answer(started, decision="deny").status_code == 200
    refused(signed_phone.answer(started), 409, "already_answered")
    assert phone_host.stored(started).state == "denied"


def test_a_late_answer_is_refused(phone_host, signed_phone):
    started = phone_host.push("approve_deny")
    phone_host.clock.advance(61)
    refused(signed_phone.answer(started), 410, "request_expired")


def test_the_request_of_another_user_does_not_exist(phone_host, bobs_signed_phone):
    started = phone_host.push("approve_deny")
    refused(bobs_signed_phone.answer(started), 404, "unknown_request")


@pytest.mark.parametrize(
    ("app", "experience", "reason", "words"),
    [
        ({"app_version": "6.2006.4197"}, "refused", "app_upgrade_required", "Upgrade"),
        ({"platform": "wear-os"}, "phone_required", "wearable_cannot_match", "on your phone"),
    ],
)
def test_a_device_that_cannot_match_is_told_why_and_can_only_deny(
    phone_host, app, experience, reason, words
):
    old = signed_phone_of(phone_host, phone_host.phone(name="old", **app))
    started = phone_host.push()
    told = old.call("GET", "pending").json()
    (refusal,) = told["refusals"]
    assert told["requests"] == []
    assert (refusal["experience"], refusal["reason"]) == (experience, reason)
    assert words in refusal["text"]
    assert "choices" not in refusal
    refused(old.answer(started, number=started.number), 409, "device_cannot_match")
    assert old.answer(started, decision="deny").json()["state"] == "denied"


def test_an_app_whose_user_taps_is_told_three_numbers_and_not_which_is_right(phone_host):
    tapping = signed_phone_of(phone_host, phone_host.phone(platform="ios", app_version="6.4.12"))
    typing = signed_phone_of(phone_host, phone_host.phone(name="typing"))
    started = phone_host.push()
    (told,) = tapping.call("GET", "pending").json()["requests"]

    assert told["choices"] == sorted(told["choices"])
    assert started.number in told["choices"]
    (to_type,) = typing.call("GET", "pending").json()["requests"]
    assert {**to_type, "choices": told["choices"]} == told
    assert tapping.answer(started, number=started.number).json()["state"] == "approved"


def test_a_wearable_answers_approve_and_deny(phone_host):
    watch = signed_phone_of(
        phone_host, phone_host.phone(name="watch", platform="wear-os", app_version="2.0")
    )
    started = phone_host.push("approve_deny")
    assert len(watch.call("GET", "pending").json()["requests"]) == 1
    assert watch.answer(started).json()["state"] == "approved"


def test_approve_and_deny_at_the_same_instant_are_a_denial(phone_host, signed_phone):
    others = signed_phone_of(phone_host, phone_host.phone(name="second"))
    for _ in range(8):
        started = phone_host.push("approve_deny")
        with ThreadPoolExecutor(2) as threads:
            approval = threads.submit(signed_phone.answer, started)
            denial = threads.submit(others.answer, started, decision="deny")
        assert denial.result().json()["state"] == "denied"
        assert approval.result().status_code in (200, 409)
        assert phone_host.stored(started).state == "denied"
        phone_host.services.mfa.unlock(ALICE)


def test_ten_parallel_approvals_are_one(phone_host, signed_phone):
    started = phone_host.push("approve_deny")
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda _: signed_phone.answer(started).status_code, range(10)))
    assert sorted(answers) == [200] + [409] * 9


def test_the_number_is_in_no_answer_and_no_log_line(phone_host, signed_phone):
    """Ids are random and may hold any two digits: what is compared is every value as a whole."""
    bodies = []
    numbers = set()
    for decision in ("approve", "deny"):
        started = phone_host.push()
        numbers.add(started.number)
        bodies += [signed_phone.call("GET", name).json() for name in ("account", "pending")]
        bodies.append(signed_phone.answer(started).json() if decision == "approve" else {})
        bodies.append(signed_phone.answer(started, decision=decision, number=started.number).json())
    lines = [json.loads(line) for line in phone_host.log.getvalue().splitlines()]
    assert len(lines) >= 4
    for value in walk([bodies, lines]):
        assert str(value) not in numbers
        assert "digest" not in str(value)


def walk(value: object) -> list[object]:
    """Return all names and values in a JSON value."""
    if isinstance(value, dict):
        return [*value, *(inner for each in value.values() for inner in walk(each))]
    if isinstance(value, list):
        return [inner for each in value for inner in walk(each)]
    return [value]
