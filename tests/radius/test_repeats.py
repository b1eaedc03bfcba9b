"""Repeated requests: never a second push, and the one answer again."""

from __future__ import annotations

import pytest
from support.nets import NET_SECONDS
from support.radius.client import (
    ACCEPT,
    CALLING_STATION_ID,
    NAS_IDENTIFIER,
    NAS_IP_ADDRESS,
    REJECT,
    USER_PASSWORD,
)

from idp.radius.repeats import MAX_SEEN, SECONDS_ANSWERED, SECONDS_PENDING, Full, Key, Repeats

NAS_PORT = 5


def key(number: int = 0, client: str = "192.0.2.0/24") -> Key:
    return Key("nps1", client, "192.0.2.1", 5000, number.to_bytes(32))


def flood(repeats: Repeats) -> None:
    """Send more requests of one client than can be remembered."""
    for number in range(MAX_SEEN):
        repeats.first(key(number))


class Monotonic:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def test_a_request_that_is_pending_is_found_without_a_reply():
    repeats = Repeats(Monotonic())

    assert repeats.first(key()) is None
    assert repeats.first(key()).reply is None


def test_a_request_that_was_answered_is_found_with_its_reply_for_ten_seconds():
    clock = Monotonic()
    repeats = Repeats(clock)
    repeats.first(key())
    repeats.answered(key(), b"reply")
    clock.time = SECONDS_ANSWERED - 0.1
    assert repeats.first(key()).reply == b"reply"

    clock.time = SECONDS_ANSWERED

    assert repeats.first(key()) is None


def test_a_late_answer_is_kept_from_then_on_although_its_request_began_long_ago():
    clock = Monotonic()
    repeats = Repeats(clock)
    repeats.first(key())
    clock.time = SECONDS_PENDING - 1
    repeats.answered(key(), b"reply")

    clock.time = SECONDS_PENDING + 1

    assert repeats.first(key()).reply == b"reply"


def test_a_request_without_an_answer_is_new_again_after_two_minutes():
    clock = Monotonic()
    repeats = Repeats(clock)
    repeats.first(key())

    clock.time = SECONDS_PENDING

    assert repeats.first(key()) is None


@pytest.mark.parametrize(
    "other",
    [
        key()._replace(host="nps2"),
        key()._replace(address="192.0.2.2"),
        key()._replace(port=5001),
        key()._replace(digest=b"x" * 32),
    ],
)
def test_a_request_that_differs_in_any_part_is_another_one(other):
    repeats = Repeats(Monotonic())
    repeats.first(key())

    assert repeats.first(other) is None


def test_no_more_are_remembered_than_there_is_room_for():
    clock = Monotonic()
    repeats = Repeats(clock)
    with pytest.raises(Full):
        flood(repeats)

    assert repeats.first(key(client="198.51.100.1")) is None, "another client finds a place"
    clock.time = SECONDS_PENDING
    assert repeats.first(key(MAX_SEEN)) is None


def test_requests_that_were_answered_or_dropped_give_their_places_back():
    clock = Monotonic()
    repeats = Repeats(clock)
    for number in range(3 * MAX_SEEN):
        assert repeats.first(key(number)) is None
        if number % 2:
            repeats.forget(key(number))
        else:
            repeats.answered(key(number), b"reply")
        clock.time += 2 * SECONDS_ANSWERED / MAX_SEEN


def test_a_repetition_during_the_push_is_dropped_and_gets_the_one_answer(
    federation, radius, vpn, phone
):
    radius.set(version="1.2.2131.2")
    request = vpn.pap(federation.user.name, federation.user.password)
    for _ in range(3):
        vpn.send(request)
    phone.pending(wait=NET_SECONDS)
    phone.approve()
    reply = vpn.receive(request)
    assert reply.code == ACCEPT
    assert vpn.has_none()

    again = vpn.ask(request)

    assert again.data == reply.data
    assert phone.pending() == ()
    assert [row.outcome for row in federation.log if row.event_id == 6272] == ["approved"]


def test_another_user_with_the_same_identifier_and_authenticator_does_not_get_the_answer(
    federation, radius, vpn, nps_log
):
    radius.set(ip_whitelist="192.0.2.1")
    first = vpn.pap(federation.user.name, federation.user.password)
    assert vpn.ask(first).code == ACCEPT
    second = vpn.request("somebody@example.test")
    second.id, second.authenticator = first.id, first.authenticator
    second[USER_PASSWORD] = [second.PwCrypt("a wrong password")]
    second.add_message_authenticator()

    assert vpn.ask(second).code == REJECT

    assert [row.outcome for row in nps_log()] == ["ip_whitelisted", "unknown_user"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (CALLING_STATION_ID, b"198.51.100.1"),
        (NAS_IP_ADDRESS, b"\xc0\x00\x02\x02"),
        (NAS_IDENTIFIER, b"branch"),
        (NAS_PORT, b"\x00\x00\x00\x07"),
    ],
)
def test_a_sign_in_from_elsewhere_has_a_push_of_its_own(
    federation, radius, vpn, phone, nps_log, kind, value
):
    radius.set(version="1.2.2131.2")
    first = vpn.pap(federation.user.name, federation.user.password)
    second = vpn.pap(federation.user.name, federation.user.password, more={kind: [value]})
    vpn.send(first)
    phone.pending(wait=NET_SECONDS)
    vpn.send(second)

    vpn.receive(first)

    assert nps_log()[-1].outcome == "replaced"
    phone.approve()
    assert vpn.receive(second).code == ACCEPT
