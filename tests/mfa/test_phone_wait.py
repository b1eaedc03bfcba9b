"""Waiting for phones, over the real store: for pending requests, and for the answer to one."""

from __future__ import annotations

import pytest
from support.nets import NET_SECONDS
from support.users import ALICE, BOB

from adapter.errors import TallystickError
from adapter.mfa.push.challenge import State
from idp.admission import Room
from idp.mfa.phone_wait import PhoneWait
from idp.mfa.waiting import RoomFull

LONG = 10_000


@pytest.fixture
def wait(mfa):
    return PhoneWait(mfa.push, room=Room(4))


@pytest.fixture
def full(mfa):
    """A wait without any place: whatever needs one is refused."""
    return PhoneWait(mfa.push, room=Room(0))


@pytest.fixture
def phone(mfa):
    return mfa.give_phone()


def ids(requests):
    return [request.id for request in requests]


# A user's pending requests


def test_a_phone_gets_the_request_that_another_node_sends_while_it_waits(
    wait, phone, other_node, threads
):
    waiting = threads.submit(wait.for_requests, phone, seen=(), seconds=LONG)

    sent = other_node.send()

    assert ids(waiting.result(NET_SECONDS)) == [sent.challenge.id]


def test_a_phone_that_knows_a_request_gets_the_one_that_replaced_it(mfa, wait, phone, threads):
    first = mfa.send().challenge.id
    waiting = threads.submit(wait.for_requests, phone, seen=(first,), seconds=LONG)

    second = mfa.send().challenge.id

    assert ids(waiting.result(NET_SECONDS)) == [second]


def test_a_phone_gets_nothing_when_another_one_has_answered(mfa, wait, phone, other_node, threads):
    sent = mfa.send()
    waiting = threads.submit(wait.for_requests, phone, seen=(sent.challenge.id,), seconds=LONG)

    other_node.deny(mfa.give_phone(name="Tablet"), sent)

    assert waiting.result(NET_SECONDS) == ()


def test_a_request_that_the_phone_does_not_know_is_returned_without_a_wait(mfa, full, phone):
    sent = mfa.send()

    assert ids(full.for_requests(phone, seen=(), seconds=LONG)) == [sent.challenge.id]


def test_a_phone_that_does_not_want_to_wait_needs_no_place(full, phone):
    assert full.for_requests(phone, seen=(), seconds=0) == ()
    with pytest.raises(RoomFull):
        full.for_requests(phone, seen=(), seconds=1)


def test_a_wait_for_requests_in_vain_ends_with_what_there_was(mfa, wait, phone):
    sent = mfa.send()

    found = wait.for_requests(phone, seen=(sent.challenge.id,), seconds=0.05)

    assert ids(found) == [sent.challenge.id]


def test_a_phone_that_lost_the_right_to_ask_gets_nothing(wait, phone):
    def check():
        raise TallystickError("The device was removed", code="device_unknown")

    with pytest.raises(TallystickError, match="removed"):
        wait.for_requests(phone, seen=(), seconds=LONG, check=check)


# The answer to one request


@pytest.mark.parametrize("answer", ["approve", "deny", "wrong number"])
def test_a_host_gets_the_answer_that_a_phone_gives_at_another_node(
    mfa, wait, phone, other_node, threads, answer
):
    sent = mfa.send()
    waiting = threads.submit(wait.for_answer, sent.challenge.id, ALICE, LONG)

    if answer == "deny":
        other_node.deny(phone, sent)
    else:
        wrong = "10" if sent.number != "10" else "11"
        number = wrong if answer == "wrong number" else sent.number
        other_node.approve(phone, sent, number=number)

    expected = {
        "approve": State.APPROVED,
        "deny": State.DENIED,
        "wrong number": State.WRONG_NUMBER,
    }
    assert waiting.result(NET_SECONDS) is expected[answer]


def test_an_approval_that_was_waited_for_can_be_collected_once(mfa, wait, phone, threads):
    sent = mfa.send()
    waiting = threads.submit(wait.for_answer, sent.challenge.id, ALICE, LONG)

    mfa.approve(phone, sent)

    assert waiting.result(NET_SECONDS) is State.APPROVED
    assert mfa.push.collect(sent.challenge.id, ALICE)
    assert not mfa.push.collect(sent.challenge.id, ALICE)


def test_an_answer_given_before_the_wait_needs_no_place(mfa, full, phone):
    sent = mfa.send()
    mfa.approve(phone, sent)

    assert full.for_answer(sent.challenge.id, ALICE, LONG) is State.APPROVED
    with pytest.raises(RoomFull):
        full.for_answer(mfa.send().challenge.id, ALICE, LONG)


def test_a_newer_request_ends_the_wait_for_the_older_one(mfa, wait, threads):
    older = mfa.send()
    waiting = threads.submit(wait.for_answer, older.challenge.id, ALICE, LONG)

    mfa.send()

    assert waiting.result(NET_SECONDS) is State.REPLACED


def test_the_end_of_the_time_to_answer_ends_the_wait(mfa, wait, threads):
    sent = mfa.send()
    waiting = threads.submit(wait.for_answer, sent.challenge.id, ALICE, LONG)

    mfa.clock.advance(seconds=60)

    assert waiting.result(NET_SECONDS) is State.EXPIRED


@pytest.mark.parametrize("seconds", [0, 0.05])
def test_a_wait_for_an_answer_in_vain_ends_as_pending(mfa, wait, seconds):
    sent = mfa.send()

    assert wait.for_answer(sent.challenge.id, ALICE, seconds) is State.PENDING


def test_an_answer_to_somebody_elses_request_is_not_waited_for(mfa, full):
    assert full.for_answer(mfa.send().challenge.id, BOB, LONG) is State.EXPIRED


# Both


def test_requests_and_answers_are_waited_for_in_the_same_places(mfa, phone, threads):
    wait = PhoneWait(mfa.push, room=Room(2))
    sent = mfa.send()
    seen = (sent.challenge.id,)
    poll = threads.submit(wait.for_requests, phone, seen=seen, seconds=LONG)
    answer = threads.submit(wait.for_answer, sent.challenge.id, ALICE, LONG)

    mfa.approve(phone, sent)
    wait.wake(ALICE)

    assert poll.result(NET_SECONDS) == ()
    assert answer.result(NET_SECONDS) is State.APPROVED


def test_closing_ends_both_waits(mfa, wait, phone, threads, room_reads):
    sent = mfa.send()
    seen = (sent.challenge.id,)
    poll = threads.submit(wait.for_requests, phone, seen=seen, seconds=LONG)
    answer = threads.submit(wait.for_answer, sent.challenge.id, ALICE, LONG)

    room_reads.wait_for(lambda counts: 2 in counts)
    wait.close()

    assert ids(poll.result(NET_SECONDS)) == list(seen)
    assert answer.result(NET_SECONDS) is State.PENDING
