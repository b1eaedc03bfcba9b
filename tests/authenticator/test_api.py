"""The signed API over real HTTP: what it takes, and what it refuses and why."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from sqlalchemy import delete
from support.phones.phone_host import ALICE, APPLICATION
from support.phones.signed_phone import hand_of

from idp.authenticator.request_signing import SignedRequest
from idp.store.schema import devices


def refused(response: requests.Response, status: int, code: str) -> None:
    """Assert that this is the refusal: a status, a code, two sentences, and the server's time."""
    assert (response.status_code, response.json()["error"]) == (status, code)
    assert set(response.json()) == {"error", "problem", "remedy", "server_time"}


def test_an_account_says_whose_phone_it_is(hand):
    told = hand.call("GET", "account").json()
    assert told["user"] == ALICE
    assert told["issuer"] in hand.host.url
    assert told["device"] == {
        "id": hand.device, "name": "Terminal", "platform": "android", "app_version": "6.2111.7701",
    }  # fmt: skip


def test_a_pending_request_is_shown_without_its_number(phone_host, hand):
    started = phone_host.push()
    (told,) = hand.call("GET", "pending").json()["requests"]
    assert set(told) == {
        "id", "nonce", "experience", "application", "user", "client_ip", "created_at", "expires_at",
    }  # fmt: skip
    assert told["id"] == started.challenge.id
    assert (told["application"], told["client_ip"]) == (APPLICATION, "192.0.2.7")


def test_nobody_sees_the_requests_of_other_users(phone_host, bobs_hand):
    phone_host.push()
    assert bobs_hand.call("GET", "pending").json()["requests"] == []


# Who may call


def test_an_unsigned_call_is_refused(hand):
    refused(hand.send(hand.meant("GET", "pending")), 401, "not_signed")


def test_a_replayed_call_is_refused(phone_host, hand):
    call = hand.meant("GET", "account")
    header = hand.header(call)
    assert hand.send(call, header).status_code == 200
    refused(hand.send(call, header), 401, "call_replayed")


def test_a_replayed_call_is_refused_after_its_nonce_could_be_purged(phone_host, hand):
    """Our clock is set back: what was used stays used."""
    call = hand.meant("GET", "account")
    header = hand.header(call)
    assert hand.send(call, header).status_code == 200
    phone_host.services.once.purge(phone_host.clock.now() + timedelta(minutes=5))
    refused(hand.send(call, header), 401, "call_replayed")


def test_ten_parallel_copies_of_a_call_are_one_call(hand):
    call = hand.meant("GET", "account")
    header = hand.header(call)
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda _: hand.send(call, header).status_code, range(10)))
    assert sorted(answers) == [200] + [401] * 9


def test_two_devices_may_draw_the_same_nonce(hand, bobs_hand):
    for each in (hand, bobs_hand):
        call = each.meant("GET", "account")
        header = each.header(call, each.stamp(nonce="the-same-nonce-of-both"))
        assert each.send(call, header).status_code == 200


@pytest.mark.parametrize("seconds", [-61, 61])
def test_a_stale_call_is_refused_with_the_time_of_the_server(phone_host, hand, seconds):
    call = hand.meant("GET", "account")
    wrong = round((phone_host.clock.now().timestamp() + seconds) * 1000)
    answer = hand.send(call, hand.header(call, hand.stamp(time=wrong)))
    refused(answer, 401, "stale_call")
    assert answer.json()["server_time"].startswith(f"{phone_host.clock.now():%Y-%m-%dT%H:}")


def test_another_devices_key_is_refused(hand, bobs_hand):
    call = hand.meant("GET", "pending")
    forged = replace(bobs_hand, device=hand.device).header(call)
    refused(hand.send(call, forged), 401, "bad_signature")


def test_a_changed_body_is_refused_and_changes_nothing(phone_host, hand):
    started = phone_host.push("approve_deny")
    challenge = started.challenge
    body = {"id": challenge.id, "nonce": challenge.nonce, "decision": "deny"}
    header = hand.header(hand.meant("POST", "answer", body))
    changed = hand.meant("POST", "answer", {**body, "decision": "approve"})
    refused(hand.send(changed, header), 401, "bad_signature")
    assert phone_host.stored(started).state == "pending"


def test_a_signature_for_another_path_is_refused(hand):
    header = hand.header(hand.meant("GET", "account"))
    refused(hand.send(hand.meant("GET", "pending"), header), 401, "bad_signature")


def test_a_signature_for_another_query_is_refused(hand):
    header = hand.header(hand.meant("GET", "pending?wait=0"))
    refused(hand.send(hand.meant("GET", "pending?wait=25"), header), 401, "bad_signature")


def test_a_call_signed_for_another_server_is_refused(hand):
    call = hand.meant("GET", "account")
    elsewhere = replace(call, audience="https://evil.example.test")
    refused(hand.send(call, hand.header(elsewhere)), 401, "bad_signature")


def test_a_removed_device_is_refused_on_every_path(phone_host, hand):
    started = phone_host.push("approve_deny")
    with phone_host.services.database.write() as connection:
        connection.execute(delete(devices).where(devices.c.id == hand.device))
    for answer in (hand.call("GET", "account"), hand.call("GET", "pending"), hand.answer(started)):
        refused(answer, 401, "device_unknown")
    assert phone_host.stored(started).state == "pending"


def test_a_disabled_user_is_refused_on_every_path(phone_host, hand):
    started = phone_host.push("approve_deny")
    phone_host.services.directory.disable(ALICE)
    for answer in (hand.call("GET", "account"), hand.call("GET", "pending"), hand.answer(started)):
        refused(answer, 403, "user_disabled")
    assert phone_host.stored(started).state == "pending"


def test_the_id_of_a_request_is_no_device(phone_host, hand):
    started = phone_host.push()
    other = replace(hand, device=started.challenge.id)
    refused(other.call("GET", "account"), 401, "device_unknown")


def test_no_cookie_is_set_or_needed(hand):
    assert "Set-Cookie" not in hand.call("GET", "account").headers


# Answers


def test_the_right_number_approves(phone_host, hand):
    started = phone_host.push()
    answer = hand.answer(started, number=started.number)
    assert answer.json()["state"] == "approved"
    assert phone_host.stored(started).answered_by == hand.device


def test_a_wrong_number_ends_the_request(phone_host, hand):
    started = phone_host.push()
    wrong = str(109 - int(started.number))
    assert hand.answer(started, number=wrong).json()["state"] == "wrong_number"
    refused(hand.answer(started, number=started.number), 409, "already_answered")


def test_an_approval_without_the_number_that_is_due_leaves_the_request_open(phone_host, hand):
    started = phone_host.push()
    refused(hand.answer(started), 422, "number_required")
    assert hand.answer(started, number=started.number).json()["state"] == "approved"


def test_a_number_that_was_not_asked_for_is_ignored(phone_host, hand):
    started = phone_host.push("approve_deny")
    assert hand.answer(started, number="42").json()["state"] == "approved"


def test_a_denial_may_be_reported(phone_host, hand):
    started = phone_host.push()
    assert hand.answer(started, decision="deny", report=True).json()["state"] == "denied"
    assert phone_host.stored(started).reported


def test_an_answer_with_another_requests_nonce_is_refused(phone_host, hand):
    started = phone_host.push("approve_deny")
    refused(hand.answer(started, nonce="x" * 22), 403, "wrong_nonce")
    assert phone_host.stored(started).state == "pending"


def test_a_second_answer_is_refused(phone_host, hand):
    started = phone_host.push("approve_deny")
    assert hand.answer(started, decision="deny").status_code == 200
    refused(hand.answer(started), 409, "already_answered")
    assert phone_host.stored(started).state == "denied"


def test_a_late_answer_is_refused(phone_host, hand):
    started = phone_host.push("approve_deny")
    phone_host.clock.advance(61)
    refused(hand.answer(started), 410, "request_expired")


def test_the_request_of_another_user_does_not_exist(phone_host, bobs_hand):
    started = phone_host.push("approve_deny")
    refused(bobs_hand.answer(started), 404, "unknown_request")


def test_an_old_phone_neither_sees_nor_answers_a_request_for_a_number(phone_host):
    old = hand_of(phone_host, phone_host.phone(name="old", app_version="6.2111.7700"))
    started = phone_host.push()
    assert old.call("GET", "pending").json()["requests"] == []
    refused(old.answer(started, number=started.number), 409, "device_cannot_match")
    refused(old.answer(started, decision="deny"), 409, "device_cannot_match")


def test_a_wearable_answers_approve_and_deny(phone_host):
    watch = hand_of(
        phone_host, phone_host.phone(name="watch", platform="wear-os", app_version="2.0")
    )
    started = phone_host.push("approve_deny")
    assert len(watch.call("GET", "pending").json()["requests"]) == 1
    assert watch.answer(started).json()["state"] == "approved"


def test_approve_and_deny_at_the_same_instant_are_a_denial(phone_host, hand):
    others = hand_of(phone_host, phone_host.phone(name="second"))
    for _ in range(8):
        started = phone_host.push("approve_deny")
        with ThreadPoolExecutor(2) as threads:
            approval = threads.submit(hand.answer, started)
            denial = threads.submit(others.answer, started, decision="deny")
        assert denial.result().json()["state"] == "denied"
        assert approval.result().status_code in (200, 409)
        assert phone_host.stored(started).state == "denied"
        phone_host.services.mfa.unlock(ALICE)


def test_ten_parallel_approvals_are_one(phone_host, hand):
    started = phone_host.push("approve_deny")
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda _: hand.answer(started).status_code, range(10)))
    assert sorted(answers) == [200] + [409] * 9


def test_the_number_is_in_no_answer_and_no_log_line(phone_host, hand):
    """Ids are random and may hold any two digits: what is compared is every value as a whole."""
    bodies = []
    numbers = set()
    for decision in ("approve", "deny"):
        started = phone_host.push()
        numbers.add(started.number)
        bodies += [hand.call("GET", name).json() for name in ("account", "pending")]
        bodies.append(hand.answer(started).json() if decision == "approve" else {})
        bodies.append(hand.answer(started, decision=decision, number=started.number).json())
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


def test_a_refused_call_is_one_log_line_with_its_code(phone_host, hand):
    before = len(phone_host.log.getvalue().splitlines())
    hand.send(hand.meant("GET", "account"))
    (line,) = phone_host.log.getvalue().splitlines()[before:]
    assert json.loads(line)["code"] == "not_signed"


# Bad input

DEEP = b"[" * 4000
BODIES = {
    "empty": b"",
    "not json": b"id=1&decision=approve",
    "not utf-8": b'{"id": "\xff"}',
    "deep": DEEP,
    "deep inside": b'{"id": ' + DEEP,
    "a list": b"[]",
    "null": b"null",
    "a number": b"1",
    "an endless number": b"1" * 5000,
    "nothing in it": b"{}",
    "nan": b'{"id": NaN}',
    "twice": b'{"id": "a", "id": "b", "nonce": "n", "decision": "deny"}',
    "unknown field": b'{"id": "a", "nonce": "n", "decision": "deny", "admin": true}',
    "wrong types": b'{"id": 1, "nonce": [], "decision": {}}',
    "surrogate": rb'{"id": "\ud800", "nonce": "n", "decision": "deny"}',
    "surrogate number": rb'{"id": "a", "nonce": "n", "decision": "approve", "number": "\ud800"}',
    "nul": rb'{"id": "a\u0000", "nonce": "n", "decision": "deny"}',
    "unknown decision": b'{"id": "a", "nonce": "n", "decision": "maybe"}',
    "a number that is one": b'{"id": "a", "nonce": "n", "decision": "approve", "number": 42}',
    "an approval reported": b'{"id": "a", "nonce": "n", "decision": "approve", "report": true}',
    "report as text": b'{"id": "a", "nonce": "n", "decision": "deny", "report": "yes"}',
    "long id": b'{"id": "' + b"a" * 500 + b'", "nonce": "n", "decision": "deny"}',
}


@pytest.mark.parametrize("name", ["answer", "activate"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_not_of_the_calls_shape_is_refused(hand, name, body):
    refused(hand.call("POST", name, body), 400, "bad_request")


@pytest.mark.parametrize("name", ["answer", "activate", "pending"])
def test_a_huge_body_is_refused(hand, name):
    method = "GET" if name == "pending" else "POST"
    refused(hand.call(method, name, b" " * 9000), 413, "too_large")


@pytest.mark.parametrize(
    "query",
    ["wait=-1", "wait=1.5", "wait=x", "wait=%D9%A3", "wait=99999999999", "seen=a%00b", "wait="],
)
def test_a_malformed_query_is_refused(hand, query):
    refused(hand.call("GET", f"pending?{query}"), 400, "bad_request")


def test_an_unknown_call_is_refused_in_json(hand):
    for name in ("nothing", "answer/more", "%0Aanswer"):
        refused(hand.call("GET", name), 404, "no_such_call")


@pytest.mark.parametrize(
    ("method", "name"), [("GET", "answer"), ("POST", "pending"), ("PUT", "account")]
)
def test_a_call_by_another_method_is_refused(hand, method, name):
    answer = hand.call(method, name)
    refused(answer, 405, "wrong_method")
    assert answer.headers["Allow"] in ("GET", "POST")


def test_a_database_that_has_gone_is_a_503_and_comes_back(phone_host, hand, tmp_path):
    (tmp_path / "phone.db").rename(tmp_path / "away.db")
    answer = hand.call("GET", "account")
    refused(answer, 503, "store_unavailable")
    assert answer.headers["Retry-After"]
    assert "database" not in answer.text  # the cause is for the log
    assert "database" in phone_host.log.getvalue()
    (tmp_path / "away.db").rename(tmp_path / "phone.db")
    assert hand.call("GET", "account").status_code == 200


def test_the_page_is_strict_about_what_runs_in_it(phone_host):
    answer = requests.get(f"{phone_host.url}/authenticator/", timeout=10)
    assert answer.status_code == 200
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "<style" not in answer.text
    assert "style=" not in answer.text
    assert '<script type="module" src=' in answer.text


def test_the_address_of_a_call_is_not_taken_from_the_request(phone_host, hand):
    """A forged Host header does not make another server's signature fit."""
    call = hand.meant("GET", "account")
    elsewhere = SignedRequest("http://evil.example.test", call.method, call.target)
    answer = requests.get(
        phone_host.url + call.target,
        headers={"Authorization": hand.header(elsewhere), "Host": "evil.example.test"},
        timeout=10,
    )
    refused(answer, 401, "bad_signature")
