"""Phones wait for requests over HTTP, told at once, in no more threads than the bound."""

from __future__ import annotations

import functools

import pytest
from sqlalchemy import delete
from support.nets import NET_SECONDS
from support.phones.phone_host import running
from support.phones.signed_phone import signed_phone_of
from support.users import ALICE, BOB

from idp.authenticator.authentication import NONCE_KIND, RequestAuthentication
from idp.management.policies import change
from idp.mfa.waiting import WaitingRoom
from idp.store.mfa_schema import devices


@pytest.fixture(params=["flask", "beside flask"])
def phone_host(request, tmp_path):
    """A host with alice and bob whose API is answered by Flask, or beside it: waits are alike."""
    with running(tmp_path, beside_flask=request.param == "beside flask") as running_host:
        yield running_host


@pytest.fixture
def wait(threads, room_reads, endless_wait):
    """Let a device wait; returns the answer to come, once the room has read for the device."""

    def begin(phone, query="wait=25"):
        answer = threads.submit(phone.call, "GET", f"pending?{query}")
        room_reads.wait_for(bool)
        return answer

    return begin


def ids(answer):
    return [told["id"] for told in answer.result(NET_SECONDS).json()["requests"]]


def test_a_waiting_phone_hears_of_a_request_before_its_wait_is_over(phone_host, signed_phone, wait):
    waiting = wait(signed_phone)
    started = phone_host.push()
    assert ids(waiting) == [started.challenge.id]


def test_a_call_that_was_under_way_shows_a_request_as_the_policies_say_when_it_is_sent(
    phone_host, signed_phone, threads, monkeypatch
):
    hidden = "MicrosoftAuthenticator.featureSettings.displayAppInformationRequiredState.state"
    use_up = RequestAuthentication.use_up

    def send_meanwhile():
        change(phone_host.services, {hidden: "disabled"})
        phone_host.push()

    def use_up_late(self, call):
        threads.submit(send_meanwhile).result(NET_SECONDS)
        use_up(self, call)

    monkeypatch.setattr(RequestAuthentication, "use_up", use_up_late)
    [told] = signed_phone.call("GET", "pending").json()["requests"]
    assert told["application"] == ""


def test_a_request_that_was_seen_is_waited_beyond(phone_host, signed_phone, wait):
    """The page knows the first request and hears at once that a newer one replaced it."""
    first = phone_host.push().challenge.id
    waiting = wait(signed_phone, f"wait=25&seen={first}")
    second = phone_host.push().challenge.id
    assert ids(waiting) == [second]


def test_a_request_that_was_seen_is_returned_again_when_nothing_changed(phone_host, signed_phone):
    first = phone_host.push().challenge.id
    answer = signed_phone.call("GET", f"pending?wait=1&seen={first}")
    assert [told["id"] for told in answer.json()["requests"]] == [first]


def test_a_request_answered_on_one_phone_ends_on_the_other_at_once(tmp_path, wait, monkeypatch):
    """Without waiting for the next read, which would be in hours."""
    slow = functools.partial(WaitingRoom, period=10_000)
    monkeypatch.setattr("idp.mfa.phone_wait.WaitingRoom", slow)
    with running(tmp_path) as host:
        first, other = signed_phone_of(host, host.phone()), host.phone(name="second")
        started = host.push("approve_deny")
        waiting = wait(first, f"wait=25&seen={started.challenge.id}")
        other.deny()
        assert ids(waiting) == []


def test_a_wait_without_news_ends_with_an_empty_list(signed_phone):
    assert signed_phone.call("GET", "pending?wait=1").json()["requests"] == []


def test_a_user_disabled_during_the_wait_learns_nothing(phone_host, signed_phone, wait):
    waiting = wait(signed_phone)
    phone_host.services.directory.disable(ALICE)
    phone_host.push()
    assert waiting.result(NET_SECONDS).json()["error"] == "user_disabled"


def test_a_phone_stops_asking_at_once_when_its_user_is_disabled(phone_host, signed_phone, wait):
    waiting = wait(signed_phone, f"wait=25&seen={phone_host.push().challenge.id}")
    phone_host.services.directory.disable(ALICE)
    assert waiting.result(NET_SECONDS).json()["error"] == "user_disabled"


ENDS_SESSIONS = {
    "signed out": lambda directory: directory.sign_out(ALICE),
    "a new password": lambda directory: directory.set_password(ALICE, "another one"),
}


@pytest.mark.parametrize("end", ENDS_SESSIONS.values(), ids=ENDS_SESSIONS.keys())
def test_a_phone_stops_asking_at_once_when_the_sign_in_was_ended(
    end, phone_host, signed_phone, wait
):
    waiting = wait(signed_phone, f"wait=25&seen={phone_host.push().challenge.id}")
    end(phone_host.services.directory)
    assert ids(waiting) == []


def test_an_approval_given_before_the_user_was_disabled_is_worth_nothing_after_it(
    phone_host, signed_phone
):
    push, started = phone_host.services.mfa.push, phone_host.push("approve_deny")
    challenge = started.challenge
    answer = {"id": challenge.id, "nonce": challenge.nonce, "decision": "approve"}
    assert signed_phone.call("POST", "answer", answer).json()["state"] == "approved"

    phone_host.services.directory.disable(ALICE)
    phone_host.services.directory.enable(ALICE)

    assert not push.collect(challenge.id, ALICE)


def test_a_device_removed_during_the_wait_learns_nothing(phone_host, signed_phone, wait):
    waiting = wait(signed_phone)
    with phone_host.services.database.write() as connection:
        connection.execute(delete(devices))
    phone_host.push()
    assert waiting.result(NET_SECONDS).json()["error"] == "device_unknown"


def test_no_more_than_half_of_the_threads_wait(tmp_path, threads, room_reads, endless_wait):
    with running(tmp_path, threads=6) as host:
        alice, bob = signed_phone_of(host, host.phone()), signed_phone_of(host, host.phone(BOB))
        waiting = [threads.submit(patiently, alice) for _ in range(3)]
        room_reads.wait_for(lambda counts: 3 in counts)
        turned_away = bob.call("GET", "pending?wait=25")
        assert (turned_away.status_code, turned_away.content) == (204, b"")
        assert turned_away.headers["Retry-After"] == "1"
        assert bob.call("GET", "account").status_code == 200
        host.push("approve_deny", BOB)
        assert len(bob.call("GET", "pending?wait=25").json()["requests"]) == 1
        host.push()
        assert all(len(ids(each)) == 1 for each in waiting)


def test_a_phone_that_is_turned_away_writes_nothing(tmp_path, threads, room_reads, endless_wait):
    with running(tmp_path, threads=2) as host:
        alice, bob = signed_phone_of(host, host.phone()), signed_phone_of(host, host.phone(BOB))
        waiting = threads.submit(patiently, alice)
        room_reads.wait_for(lambda counts: 1 in counts)
        nonces = host.services.once.number_of(NONCE_KIND, 1000)

        assert bob.call("GET", "pending?wait=25").status_code == 204
        assert host.services.once.number_of(NONCE_KIND, 1000) == nonces

        host.push("approve_deny", BOB)
        assert len(bob.call("GET", "pending?wait=25").json()["requests"]) == 1
        assert host.services.once.number_of(NONCE_KIND, 1000) == nonces + 1
        host.push()
        assert len(ids(waiting)) == 1


def test_a_call_that_was_made_before_learns_nothing_in_a_full_room(
    tmp_path, threads, room_reads, endless_wait
):
    with running(tmp_path, threads=2) as host:
        alice, phone = signed_phone_of(host, host.phone()), host.phone(BOB)
        bob = signed_phone_of(host, phone)
        waiting = threads.submit(patiently, alice)
        room_reads.wait_for(lambda counts: 1 in counts)
        host.push("approve_deny", BOB)
        meant = bob.meant("GET", "pending?wait=25")
        header = bob.header(meant)

        assert len(bob.send(meant, header).json()["requests"]) == 1
        assert bob.send(meant, header).json()["error"] == "call_replayed"
        phone.deny()
        assert (bob.send(meant, header).status_code, host.push() is None) == (204, False)
        assert len(ids(waiting)) == 1


def patiently(phone):
    """Wait for news as a phone does: one that is turned away comes again."""
    while (answer := phone.call("GET", "pending?wait=25")).status_code == 204:
        pass
    return answer
