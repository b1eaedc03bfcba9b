"""The signed API over real HTTP: what it takes, and what it refuses and why."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from sqlalchemy import delete
from support.nets import NET_SECONDS
from support.phones.phone_host import APPLICATION
from support.users import ALICE

from idp.authenticator.request_signing import SignedRequest
from idp.store.maintenance import GRACE, purge
from idp.store.mfa_schema import devices


def refused(response: requests.Response, status: int, code: str) -> None:
    """Assert that this is the refusal: a status, a code, two sentences, and the server's time."""
    assert (response.status_code, response.json()["error"]) == (status, code)
    assert set(response.json()) == {"error", "problem", "remedy", "server_time"}


def test_an_account_says_whose_phone_it_is(signed_phone):
    told = signed_phone.call("GET", "account").json()
    assert told["user"] == ALICE
    assert told["issuer"] in signed_phone.host.url
    assert told["device"] == {
        "id": signed_phone.device,
        "name": "Terminal",
        "platform": "android",
        "app_version": "6.2111.7701",
    }


def test_a_pending_request_is_shown_without_its_number(phone_host, signed_phone):
    started = phone_host.push()
    (told,) = signed_phone.call("GET", "pending").json()["requests"]
    assert set(told) == {
        "id", "nonce", "experience", "application", "user", "client_ip", "created_at", "expires_at",
    }  # fmt: skip
    assert told["id"] == started.challenge.id
    assert (told["application"], told["client_ip"]) == (APPLICATION, "192.0.2.7")


def test_nobody_sees_the_requests_of_other_users(phone_host, bobs_signed_phone):
    phone_host.push()
    assert bobs_signed_phone.call("GET", "pending").json()["requests"] == []


# Who may call


def test_an_unsigned_call_is_refused(signed_phone):
    refused(signed_phone.send(signed_phone.meant("GET", "pending")), 401, "not_signed")


def test_a_replayed_call_is_refused(phone_host, signed_phone):
    call = signed_phone.meant("GET", "account")
    header = signed_phone.header(call)
    assert signed_phone.send(call, header).status_code == 200
    refused(signed_phone.send(call, header), 401, "call_replayed")


def test_a_replayed_call_is_refused_after_its_nonce_could_be_purged(phone_host, signed_phone):
    """Our clock is set back: what was used stays used."""
    call = signed_phone.meant("GET", "account")
    header = signed_phone.header(call)
    assert signed_phone.send(call, header).status_code == 200
    purge(phone_host.services.database, phone_host.clock.now() + GRACE + timedelta(minutes=5))
    refused(signed_phone.send(call, header), 401, "call_replayed")


def test_ten_parallel_copies_of_a_call_are_one_call(signed_phone):
    call = signed_phone.meant("GET", "account")
    header = signed_phone.header(call)
    with ThreadPoolExecutor(10) as threads:
        answers = list(
            threads.map(lambda _: signed_phone.send(call, header).status_code, range(10))
        )
    assert sorted(answers) == [200] + [401] * 9


def test_two_devices_may_draw_the_same_nonce(signed_phone, bobs_signed_phone):
    for each in (signed_phone, bobs_signed_phone):
        call = each.meant("GET", "account")
        header = each.header(call, each.stamp(nonce="the-same-nonce-of-both"))
        assert each.send(call, header).status_code == 200


@pytest.mark.parametrize("seconds", [-61, 61])
def test_a_stale_call_is_refused_with_the_time_of_the_server(phone_host, signed_phone, seconds):
    call = signed_phone.meant("GET", "account")
    wrong = round((phone_host.clock.now().timestamp() + seconds) * 1000)
    answer = signed_phone.send(call, signed_phone.header(call, signed_phone.stamp(time=wrong)))
    refused(answer, 401, "stale_call")
    assert answer.json()["server_time"].startswith(f"{phone_host.clock.now():%Y-%m-%dT%H:}")


def test_another_devices_key_is_refused(signed_phone, bobs_signed_phone):
    call = signed_phone.meant("GET", "pending")
    forged = replace(bobs_signed_phone, device=signed_phone.device).header(call)
    refused(signed_phone.send(call, forged), 401, "bad_signature")


def test_a_changed_body_is_refused_and_changes_nothing(phone_host, signed_phone):
    started = phone_host.push("approve_deny")
    challenge = started.challenge
    body = {"id": challenge.id, "nonce": challenge.nonce, "decision": "deny"}
    header = signed_phone.header(signed_phone.meant("POST", "answer", body))
    changed = signed_phone.meant("POST", "answer", {**body, "decision": "approve"})
    refused(signed_phone.send(changed, header), 401, "bad_signature")
    assert phone_host.stored(started).state == "pending"


def test_a_signature_for_another_path_is_refused(signed_phone):
    header = signed_phone.header(signed_phone.meant("GET", "account"))
    refused(signed_phone.send(signed_phone.meant("GET", "pending"), header), 401, "bad_signature")


def test_a_signature_for_another_query_is_refused(signed_phone):
    header = signed_phone.header(signed_phone.meant("GET", "pending?wait=0"))
    refused(
        signed_phone.send(signed_phone.meant("GET", "pending?wait=25"), header),
        401,
        "bad_signature",
    )


def test_a_call_signed_for_another_server_is_refused(signed_phone):
    call = signed_phone.meant("GET", "account")
    elsewhere = replace(call, audience="https://evil.example.test")
    refused(signed_phone.send(call, signed_phone.header(elsewhere)), 401, "bad_signature")


def test_a_removed_device_is_refused_on_every_path(phone_host, signed_phone):
    started = phone_host.push("approve_deny")
    with phone_host.services.database.write() as connection:
        connection.execute(delete(devices).where(devices.c.id == signed_phone.device))
    for answer in (
        signed_phone.call("GET", "account"),
        signed_phone.call("GET", "pending"),
        signed_phone.answer(started),
    ):
        refused(answer, 401, "device_unknown")
    assert phone_host.stored(started).state == "pending"


def test_a_disabled_user_is_refused_on_every_path(phone_host, signed_phone):
    started = phone_host.push("approve_deny")
    phone_host.services.directory.disable(ALICE)
    for answer in (
        signed_phone.call("GET", "account"),
        signed_phone.call("GET", "pending"),
        signed_phone.answer(started),
    ):
        refused(answer, 403, "user_disabled")
    assert phone_host.stored(started).state == "replaced"


def test_the_id_of_a_request_is_no_device(phone_host, signed_phone):
    started = phone_host.push()
    other = replace(signed_phone, device=started.challenge.id)
    refused(other.call("GET", "account"), 401, "device_unknown")


def test_no_cookie_is_set_or_needed(signed_phone):
    assert "Set-Cookie" not in signed_phone.call("GET", "account").headers


def test_a_refused_call_is_one_log_line_with_its_code(phone_host, signed_phone):
    before = len(phone_host.log.getvalue().splitlines())
    signed_phone.send(signed_phone.meant("GET", "account"))
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
def test_a_body_that_is_not_of_the_calls_shape_is_refused(signed_phone, name, body):
    refused(signed_phone.call("POST", name, body), 400, "bad_request")


@pytest.mark.parametrize("name", ["answer", "activate", "pending"])
def test_a_huge_body_is_refused(signed_phone, name):
    method = "GET" if name == "pending" else "POST"
    refused(signed_phone.call(method, name, b" " * 9000), 413, "too_large")


@pytest.mark.parametrize(
    "query",
    ["wait=-1", "wait=1.5", "wait=x", "wait=%D9%A3", "wait=99999999999", "seen=a%00b", "wait="],
)
def test_a_malformed_query_is_refused(signed_phone, query):
    refused(signed_phone.call("GET", f"pending?{query}"), 400, "bad_request")


def test_an_unknown_call_is_refused_in_json(signed_phone):
    for name in ("nothing", "answer/more", "%0Aanswer"):
        refused(signed_phone.call("GET", name), 404, "no_such_call")


@pytest.mark.parametrize(
    ("method", "name"), [("GET", "answer"), ("POST", "pending"), ("PUT", "account")]
)
def test_a_call_by_another_method_is_refused(signed_phone, method, name):
    answer = signed_phone.call(method, name)
    refused(answer, 405, "wrong_method")
    assert answer.headers["Allow"] in ("GET", "POST")


def test_a_database_that_has_gone_is_a_503_and_comes_back(phone_host, signed_phone, tmp_path):
    (tmp_path / "phone.db").rename(tmp_path / "away.db")
    answer = signed_phone.call("GET", "account")
    refused(answer, 503, "store_unavailable")
    assert answer.headers["Retry-After"]
    assert "database" not in answer.text  # the cause is for the log
    assert "database" in phone_host.log.getvalue()
    (tmp_path / "away.db").rename(tmp_path / "phone.db")
    assert signed_phone.call("GET", "account").status_code == 200


def test_the_page_is_strict_about_what_runs_in_it(phone_host):
    answer = requests.get(f"{phone_host.url}/authenticator/", timeout=NET_SECONDS)
    assert answer.status_code == 200
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "<style" not in answer.text
    assert "style=" not in answer.text
    assert '<script type="module" src=' in answer.text


def test_the_address_of_a_call_is_not_taken_from_the_request(phone_host, signed_phone):
    """A forged Host header does not make another server's signature fit."""
    call = signed_phone.meant("GET", "account")
    elsewhere = SignedRequest("http://evil.example.test", call.method, call.target)
    answer = requests.get(
        phone_host.url + call.target,
        headers={"Authorization": signed_phone.header(elsewhere), "Host": "evil.example.test"},
        timeout=NET_SECONDS,
    )
    refused(answer, 401, "bad_signature")
