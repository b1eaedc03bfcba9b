"""Push limits: five outstanding in ten minutes pause pushes for ten (docs/security.md)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.adapters.mfa_node import at_once
from support.clock import NOON
from support.users import ALICE, BOB

from adapter.mfa.push.limits import MAX_OUTSTANDING, PAUSE, WINDOW, paused_until
from adapter.mfa.push.pauses import PushPaused

MINUTE = timedelta(minutes=1)


def test_the_sixth_request_is_not_sent_when_five_were_not_answered(mfa):
    phone = mfa.give_phone()
    for _ in range(5):
        mfa.send()
        mfa.clock.advance(seconds=70)

    with pytest.raises(PushPaused) as paused:
        mfa.send()

    assert paused.value.code == "push_limit"
    assert mfa.push.pending_for(phone) == ()


def test_requests_go_out_again_ten_minutes_after_the_fifth(mfa):
    for _ in range(5):
        mfa.clock.advance(seconds=1)
        mfa.send()

    mfa.clock.advance(minutes=9, seconds=59)
    with pytest.raises(PushPaused):
        mfa.send()
    mfa.clock.advance(seconds=1)
    assert mfa.send()


@pytest.mark.parametrize("ending", ["denied", "wrong number", "unanswered", "replaced"])
def test_a_request_that_was_not_approved_counts_however_it_ended(mfa, ending):
    phone = mfa.give_phone()
    for _ in range(5):
        started = mfa.send()
        if ending == "denied":
            mfa.deny(phone, started)
        elif ending == "wrong number":
            mfa.approve(phone, started, number="10" if started.number != "10" else "11")
        elif ending == "unanswered":
            mfa.clock.advance(seconds=61)
            mfa.push.state(started.challenge.id, ALICE)

    with pytest.raises(PushPaused):
        mfa.send()


def test_an_approved_request_does_not_count(mfa):
    phone = mfa.give_phone()
    for _ in range(4):
        mfa.send()

    for _ in range(10):
        mfa.sign_in(phone)

    assert mfa.send()
    with pytest.raises(PushPaused):
        mfa.send()


@pytest.mark.parametrize("then", ["replaced", "expired"])
def test_an_approved_request_that_nobody_collected_does_not_count(mfa, then):
    phone = mfa.give_phone()
    for _ in range(6):
        started = mfa.send()
        mfa.approve(phone, started)
        if then == "expired":
            mfa.clock.advance(seconds=120)
            mfa.push.state(started.challenge.id, ALICE)

    assert mfa.send()


def test_an_administrators_unlock_clears_the_limit(mfa):
    for _ in range(5):
        mfa.send()

    mfa.service.unlock(ALICE)

    mfa.clock.advance(seconds=1)
    for _ in range(5):
        assert mfa.send()
    with pytest.raises(PushPaused):
        mfa.send()


def test_the_limit_of_one_user_is_not_anothers(mfa):
    for _ in range(5):
        mfa.send()

    assert mfa.send(BOB)


def test_a_refused_request_leaves_the_pending_one_alone(mfa):
    phone = mfa.give_phone()
    started = [mfa.send() for _ in range(5)]

    with pytest.raises(PushPaused):
        mfa.send()

    assert [c.id for c in mfa.push.pending_for(phone)] == [started[-1].challenge.id]
    mfa.approve(phone, started[-1])
    assert mfa.push.collect(started[-1].challenge.id, ALICE)


def test_of_many_sign_ins_at_once_on_two_nodes_five_are_sent(mfa, other_node):
    outcomes = at_once(lambda turn: (mfa, other_node)[turn % 2].send(), range(20))

    assert sum(isinstance(outcome, PushPaused) for outcome in outcomes) == 15
    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 5


@given(st.lists(st.timedeltas(timedelta(0), timedelta(minutes=40)), max_size=8))
def test_no_more_than_five_in_ten_minutes_are_ever_let_through(gaps):
    sent: list = []
    now = NOON
    for gap in gaps * 3:
        now += gap
        if paused_until(sent, now) is None:
            sent.append(now)
    for first, sixth in zip(sent, sent[MAX_OUTSTANDING:], strict=False):
        assert sixth - first >= WINDOW


@given(st.permutations([NOON + MINUTE * n for n in range(7)]))
def test_the_order_of_requests_does_not_matter_for_the_pause(sent):
    assert paused_until(sent, NOON + MINUTE * 7) == NOON + MINUTE * 6 + PAUSE


@pytest.mark.parametrize(
    ("over", "until"), [(timedelta(0), NOON + 20 * MINUTE), (timedelta(microseconds=1), None)]
)
def test_five_in_ten_minutes_pause_and_five_in_longer_do_not(over, until):
    sent = [NOON, NOON + MINUTE, NOON + 2 * MINUTE, NOON + 3 * MINUTE, NOON + 10 * MINUTE + over]

    assert paused_until(sent, sent[-1]) == until
