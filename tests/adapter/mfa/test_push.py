"""The push factor over the real store: one answer, one collection, whoever asks at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.adapters.mfa_node import OLD_PHONE, WATCH
from support.users import ALICE, BOB

from adapter.mfa.push.challenge import APPROVE_DENY, AnswerRefused, State


def ids(challenges):
    return [challenge.id for challenge in challenges]


def test_a_number_typed_right_signs_in_once(mfa):
    phone = mfa.give_phone()
    started = mfa.send()

    assert mfa.approve(phone, started).state is State.APPROVED
    assert mfa.push.collect(started.challenge.id, ALICE)
    assert not mfa.push.collect(started.challenge.id, ALICE)
    assert mfa.push.state(started.challenge.id, ALICE) is State.COLLECTED


def test_a_wrong_number_ends_the_request_for_the_right_one_too(mfa):
    phone = mfa.give_phone()
    started = mfa.send()
    wrong = "10" if started.number != "10" else "11"

    assert mfa.approve(phone, started, number=wrong).state is State.WRONG_NUMBER
    with pytest.raises(AnswerRefused):
        mfa.approve(phone, started)
    assert not mfa.push.collect(started.challenge.id, ALICE)


def test_a_request_stays_open_when_the_number_is_missing(mfa):
    phone = mfa.give_phone()
    started = mfa.send()

    with pytest.raises(AnswerRefused) as refused:
        mfa.approve(phone, started, number=None)
    assert refused.value.code == "number_required"
    assert mfa.approve(phone, started).state is State.APPROVED


def test_a_request_that_is_over_does_not_ask_for_its_number(mfa):
    phone = mfa.give_phone()
    started = mfa.send()
    mfa.clock.advance(seconds=60)

    with pytest.raises(AnswerRefused) as refused:
        mfa.approve(phone, started, number=None)
    assert refused.value.code == "request_expired"


def test_approve_and_deny_has_no_number_and_ignores_one(mfa):
    phone = mfa.give_phone()
    started = mfa.send(experience=APPROVE_DENY)

    assert (started.number, started.challenge.number_digest) == (None, b"")
    assert mfa.approve(phone, started, number="42").state is State.APPROVED


@pytest.mark.parametrize("nonce", ["", "another", "\ud800", "é"])
def test_an_answer_to_another_nonce_is_refused_and_changes_nothing(mfa, nonce):
    phone = mfa.give_phone()
    started = mfa.send()

    for approve in (True, False):
        with pytest.raises(AnswerRefused) as refused:
            mfa.approve(phone, started, approve=approve, nonce=nonce)
        assert refused.value.code == "wrong_nonce"
    assert mfa.stores.push.find(started.challenge.id) == started.challenge


def test_a_phone_of_another_user_neither_sees_nor_answers_the_request(mfa):
    mfa.give_phone()
    hers = mfa.give_phone(BOB)
    started = mfa.send()

    assert mfa.push.pending_for(hers) == ()
    for approve in (True, False):
        with pytest.raises(AnswerRefused) as refused:
            mfa.approve(hers, started, approve=approve)
        assert refused.value.code == "unknown_request"
    assert mfa.push.state(started.challenge.id, ALICE) is State.PENDING


def test_a_page_of_another_user_learns_and_collects_nothing(mfa):
    phone = mfa.give_phone()
    started = mfa.send()
    mfa.approve(phone, started)

    assert mfa.push.state(started.challenge.id, BOB) is State.EXPIRED
    assert not mfa.push.collect(started.challenge.id, BOB)
    assert mfa.push.collect(started.challenge.id, ALICE)


def test_an_unknown_request_reads_as_expired_and_gives_nothing(mfa):
    phone = mfa.give_phone()

    assert mfa.push.state("unknown", ALICE) is State.EXPIRED
    assert not mfa.push.collect("unknown", ALICE)
    with pytest.raises(AnswerRefused) as refused:
        mfa.push.answer(phone, "unknown", nonce="", approve=True)
    assert refused.value.code == "unknown_request"


@pytest.mark.parametrize("app", [OLD_PHONE, WATCH])
def test_only_a_current_phone_approves_a_number_match(mfa, app):
    unfit, current = mfa.give_phone(**app), mfa.give_phone()
    started = mfa.send()

    assert ids(mfa.push.pending_for(current)) == [started.challenge.id]
    with pytest.raises(AnswerRefused) as refused:
        mfa.approve(unfit, started)
    assert refused.value.code == "device_cannot_match"
    assert mfa.approve(current, started).state is State.APPROVED


@pytest.mark.parametrize("app", [OLD_PHONE, WATCH])
def test_a_device_that_cannot_match_numbers_may_deny_one(mfa, app):
    unfit = mfa.give_phone(**app)
    mfa.give_phone()
    started = mfa.send()

    assert ids(mfa.push.pending_for(unfit)) == [started.challenge.id]
    assert mfa.deny(unfit, started, reported=True).state is State.DENIED
    assert mfa.push.is_reported(started.challenge.id)


@pytest.mark.parametrize(("app", "experience"), [(OLD_PHONE, "refused"), (WATCH, "phone_required")])
def test_a_request_that_no_device_can_match_is_denied_or_nothing(mfa, app, experience):
    """No device approves it, neither the one that was told nor one that was activated since."""
    unfit = mfa.give_phone(**app)
    started = mfa.send(experience=experience)
    current = mfa.give_phone()

    assert started.number is None
    assert ids(mfa.push.pending_for(unfit)) == [started.challenge.id]
    assert mfa.push.pending_for(current) == ()
    for device in (unfit, current):
        with pytest.raises(AnswerRefused) as refused:
            mfa.approve(device, started, number="42")
        assert refused.value.code == "device_cannot_match"
    assert mfa.deny(unfit, started).state is State.DENIED


TAPPING_PHONE = {"platform": "ios", "app_version": "6.4.12"}


def test_three_numbers_to_tap_are_the_same_on_every_node_and_for_such_an_app_alone(mfa, other_node):
    tapping, typing = mfa.give_phone(**TAPPING_PHONE), mfa.give_phone()
    started = mfa.send()
    choices = mfa.push.choices_for(tapping, started.challenge)

    assert started.number in choices
    assert len(set(choices)) == 3
    assert other_node.push.choices_for(tapping, started.challenge) == choices
    assert mfa.push.choices_for(typing, started.challenge) == ()
    assert mfa.push.choices_for(tapping, mfa.send(experience=APPROVE_DENY).challenge) == ()


def test_one_wrong_tap_ends_the_request(mfa):
    tapping = mfa.give_phone(**TAPPING_PHONE)
    started = mfa.send()
    choices = mfa.push.choices_for(tapping, started.challenge)
    wrong = next(each for each in choices if each != started.number)

    assert mfa.approve(tapping, started, number=wrong).state is State.WRONG_NUMBER
    with pytest.raises(AnswerRefused):
        mfa.approve(tapping, started)


@pytest.mark.parametrize("app", [OLD_PHONE, WATCH])
def test_any_device_answers_approve_and_deny(mfa, app):
    device = mfa.give_phone(**app)
    started = mfa.send(experience=APPROVE_DENY)

    assert ids(mfa.push.pending_for(device)) == [started.challenge.id]
    assert mfa.approve(device, started).state is State.APPROVED


def test_every_device_of_the_user_sees_the_request_until_one_has_answered(mfa):
    phone, tablet = mfa.give_phone(), mfa.give_phone(name="Tablet")
    started = mfa.send()
    assert mfa.push.pending_for(phone) == mfa.push.pending_for(tablet) == (started.challenge,)

    mfa.approve(tablet, started)

    assert mfa.push.pending_for(phone) == ()


def test_a_newer_request_takes_the_place_of_the_pending_one(mfa):
    phone = mfa.give_phone()
    older, newer = mfa.send(), mfa.send()

    assert mfa.push.state(older.challenge.id, ALICE) is State.REPLACED
    assert ids(mfa.push.pending_for(phone)) == [newer.challenge.id]
    with pytest.raises(AnswerRefused):
        mfa.approve(phone, older)


def test_a_newer_request_takes_the_place_of_an_approval_that_nobody_collected(mfa):
    phone = mfa.give_phone()
    older = mfa.send()
    mfa.approve(phone, older)

    mfa.send()

    assert not mfa.push.collect(older.challenge.id, ALICE)


def test_an_expired_request_stays_expired_when_a_newer_one_comes(mfa):
    mfa.give_phone()
    older = mfa.send()
    mfa.clock.advance(seconds=60)
    assert mfa.push.state(older.challenge.id, ALICE) is State.EXPIRED

    mfa.send()

    assert mfa.push.state(older.challenge.id, ALICE) is State.EXPIRED


def test_requests_of_two_users_do_not_touch_each_other(mfa):
    phone = mfa.give_phone()
    mine = mfa.send()
    mfa.send(BOB)

    assert ids(mfa.push.pending_for(phone)) == [mine.challenge.id]


def test_the_phone_sees_a_request_for_sixty_seconds(mfa):
    phone = mfa.give_phone()
    mfa.send()

    mfa.clock.advance(seconds=59)
    assert mfa.push.pending_for(phone)
    mfa.clock.advance(seconds=1)
    assert mfa.push.pending_for(phone) == ()


def test_a_request_that_the_page_saw_expired_stays_expired_when_the_clock_is_set_back(mfa):
    phone = mfa.give_phone()
    started = mfa.send()
    mfa.clock.advance(seconds=61)
    assert mfa.push.state(started.challenge.id, ALICE) is State.EXPIRED

    mfa.clock.advance(seconds=-30)

    assert mfa.push.state(started.challenge.id, ALICE) is State.EXPIRED
    assert mfa.push.pending_for(phone) == ()
    with pytest.raises(AnswerRefused):
        mfa.approve(phone, started)


def test_a_report_is_remembered_with_the_denial(mfa):
    phone = mfa.give_phone()
    denied = mfa.send()
    mfa.deny(phone, denied)
    reported = mfa.send()
    mfa.deny(phone, reported, reported=True)

    assert mfa.push.is_reported(reported.challenge.id)
    assert not mfa.push.is_reported(denied.challenge.id)
    assert not mfa.push.is_reported("unknown")


def test_two_nodes_see_the_same_number_through_the_same_key(mfa, other_node):
    phone = mfa.give_phone()
    started = mfa.send()

    assert other_node.approve(phone, started).state is State.APPROVED


def test_a_device_cannot_pass_for_another_users_by_its_id(mfa):
    """The device a host hands over comes from the store; its user decides what it may answer."""
    hers = mfa.give_phone(BOB)
    started = mfa.send()
    forged = replace(hers, id=mfa.give_phone().id)

    with pytest.raises(AnswerRefused):
        mfa.approve(forged, started)
