"""A report pauses requests to the user, on every node, until it is lifted."""

from __future__ import annotations

import pytest
from support.adapters.mfa_node import at_once
from support.users import ALICE, BOB

from adapter.mfa.codes.factor import CodeOutcome
from adapter.mfa.push.challenge import AnswerRefused, State
from adapter.mfa.push.pauses import PushReported


@pytest.fixture
def phone(mfa):
    return mfa.give_phone()


def report(mfa, phone):
    return mfa.deny(phone, mfa.send(phone.user), reported=True)


def is_paused(mfa, user=ALICE):
    try:
        mfa.send(user)
    except PushReported:
        return True
    return False


def test_after_a_report_nothing_is_sent_to_this_user_from_any_node(mfa, other_node, phone):
    denied = report(mfa, phone)

    assert (denied.state, denied.reported) == (State.DENIED, True)
    mfa.clock.advance(days=30)
    assert is_paused(mfa)
    assert is_paused(other_node)
    assert PushReported.code == "user_reported_suspicious_activity"
    assert mfa.push.pending_for(phone) == ()
    assert not is_paused(mfa, BOB)


def test_a_denial_without_a_report_pauses_nothing(mfa, phone):
    mfa.deny(phone, mfa.send())

    assert mfa.push.reported_at(ALICE) is None
    assert not is_paused(mfa)


def test_a_report_that_is_refused_pauses_nothing(mfa, phone):
    started = mfa.send()
    mfa.deny(phone, started)
    stranger = mfa.give_phone(BOB)
    for device in (phone, stranger):
        with pytest.raises(AnswerRefused):
            mfa.deny(device, started, reported=True)

    assert not is_paused(mfa)
    assert not is_paused(mfa, BOB)


def test_a_right_code_lifts_the_pause_and_a_wrong_or_used_one_does_not(mfa, other_node, phone):
    totp = mfa.give_codes()
    used = totp.at(mfa.clock.now())
    mfa.codes.check(ALICE, used, attempt="0")
    report(mfa, phone)

    assert mfa.codes.check(ALICE, "000000", attempt="1") is CodeOutcome.WRONG
    assert mfa.codes.check(ALICE, used, attempt="2") is CodeOutcome.USED
    assert is_paused(mfa)

    mfa.clock.advance(seconds=60)
    assert other_node.codes.check(ALICE, totp.at(mfa.clock.now()), attempt="3") is CodeOutcome.RIGHT
    assert not is_paused(mfa)


def test_an_administrator_lifts_the_pause_and_the_next_report_pauses_again(mfa, phone):
    report(mfa, phone)
    assert mfa.push.reported_at(ALICE) == mfa.clock.now()
    mfa.service.unlock(ALICE)

    assert mfa.push.reported_at(ALICE) is None
    report(mfa, phone)
    assert is_paused(mfa)


def test_of_reports_and_sign_ins_at_once_on_two_nodes_nothing_is_sent_after_the_report(
    mfa, other_node, phone
):
    """A request that was sent before has replaced the reported one: then the report is refused."""
    for _ in range(6):
        mfa.service.unlock(ALICE)
        started = mfa.send()

        def report(started=started):
            return other_node.deny(phone, started, reported=True)

        reported, *sent = at_once(
            lambda act: act(), [report, mfa.send, other_node.send, mfa.send, other_node.send]
        )
        if isinstance(reported, AnswerRefused):
            assert reported.code == "already_answered"
            continue
        assert [type(each) for each in sent] == [PushReported] * 4
        assert mfa.push.pending_for(phone) == ()
