"""A block denies every second factor without asking; a report puts the user at high risk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.adapters.mfa_node import NUMBER_KEY, SecondFactors
from support.users import ALICE, BOB

from adapter.mfa.access_pass.factor import PassOutcome
from adapter.mfa.codes.factor import CodeOutcome
from adapter.mfa.protection.block import BLOCK_FOR, Block, block_by_report
from adapter.mfa.protection.protection import BadBlock
from adapter.mfa.protection.store import Standing
from adapter.mfa.push.challenge import AnswerRefused, State
from adapter.mfa.push.pauses import PushBlocked
from adapter.mfa.service import MfaService


@pytest.fixture
def protection(mfa):
    return mfa.service.protection


@pytest.fixture
def phone(mfa):
    return mfa.give_phone()


@pytest.fixture
def blocking(mfa) -> SecondFactors:
    """A node whose farm blocks users who report a request."""
    node = SecondFactors(mfa.stores, mfa.clock)
    node.service = MfaService(mfa.stores, mfa.clock, number_key=NUMBER_KEY, blocks_on_report=True)
    node.push = node.service.push
    return node


def denies_everything(mfa, codes, issued, user=ALICE) -> bool:
    """Say whether no push is sent and neither a right code nor a right pass counts."""
    code, attempt = codes.at(mfa.clock.now()), f"{mfa.clock.now()}"
    outcome = mfa.codes.check(user, code, attempt=attempt)
    by_pass = mfa.service.access_passes.check(user, issued.text, attempt=attempt)
    try:
        mfa.send(user)
    except PushBlocked:
        return (outcome, by_pass) == (CodeOutcome.BLOCKED, PassOutcome.BLOCKED)
    assert (outcome, by_pass) == (CodeOutcome.RIGHT, PassOutcome.RIGHT)
    return False


@pytest.fixture
def factors(mfa, phone):
    """A source of codes and a pass, besides the phone."""
    lifetime = timedelta(days=30)
    return mfa.give_codes(), mfa.service.access_passes.issue(ALICE, lifetime=lifetime)


def test_a_block_denies_every_factor_on_every_node_until_it_is_lifted(
    mfa, other_node, protection, factors
):
    protection.block(ALICE)
    mfa.clock.advance(days=29)
    assert denies_everything(mfa, *factors)
    assert denies_everything(other_node, *factors)
    assert protection.standings().keys() == {ALICE}
    assert mfa.service.permissions_of(ALICE).is_blocked
    assert mfa.service.way_of(ALICE).asks is None
    assert mfa.service.way_of(ALICE).reason == "user_blocked"
    assert mfa.send(BOB)

    assert protection.unblock(ALICE)

    assert not denies_everything(mfa, *factors)
    assert not protection.unblock(ALICE)


def test_a_block_ends_by_itself_after_ninety_days(mfa, protection, phone):
    assert protection.block(ALICE).until - mfa.clock.now() == timedelta(days=90) == BLOCK_FOR
    mfa.clock.advance(days=90, seconds=-1)
    assert protection.is_blocked(ALICE)

    mfa.clock.advance(seconds=1)

    assert not protection.is_blocked(ALICE)
    assert mfa.send()
    assert protection.standing_of(ALICE) == Standing()
    assert protection.standings() == {}


def test_a_later_block_replaces_the_earlier_one(mfa, protection):
    protection.block(ALICE)
    until = mfa.clock.now() + timedelta(days=2)
    assert protection.block(ALICE, until).until == until
    assert protection.standing_of(ALICE).block.until == until

    with pytest.raises(BadBlock):
        protection.block(ALICE, mfa.clock.now())


@pytest.mark.parametrize("is_answered", [False, True])
def test_a_block_ends_what_was_sent_and_an_approval_that_nobody_collected(
    mfa, protection, phone, is_answered
):
    started = mfa.send()
    if is_answered:
        mfa.approve(phone, started)

    protection.block(ALICE)

    assert mfa.push.pending_for(phone) == ()
    assert not mfa.push.collect(started.challenge.id, ALICE)
    assert mfa.push.state(started.challenge.id, ALICE) is State.BLOCKED
    protection.unblock(ALICE)
    assert mfa.push.state(started.challenge.id, ALICE) is State.BLOCKED
    with pytest.raises(AnswerRefused) as late:
        mfa.approve(phone, started)
    assert late.value.code == "user_blocked"


def test_a_blocked_user_loses_no_try(mfa, protection):
    mfa.give_codes()
    protection.block(ALICE)
    for number in range(30):
        assert mfa.codes.check(ALICE, f"{number:06}", attempt=str(number)) is CodeOutcome.BLOCKED
    protection.unblock(ALICE)

    assert mfa.codes.check(ALICE, "000000", attempt="x") is CodeOutcome.WRONG


def test_a_report_puts_the_user_at_high_risk_and_blocks_nothing(mfa, protection, phone, factors):
    mfa.deny(phone, mfa.send(), reported=True)
    first = protection.standing_of(ALICE)
    assert (first.block, first.risk.since) == (None, mfa.clock.now())
    assert first.risk.client_ip == "192.0.2.1"
    assert mfa.codes.check(ALICE, factors[0].at(mfa.clock.now()), attempt="x") is CodeOutcome.RIGHT

    mfa.clock.advance(minutes=5)
    mfa.deny(phone, mfa.send(), reported=True)

    assert protection.standing_of(ALICE).risk == first.risk
    assert protection.dismiss_risk(ALICE)
    assert protection.standing_of(ALICE) == Standing()
    assert not protection.dismiss_risk(ALICE)


def test_where_the_farm_says_so_a_report_blocks_as_well(mfa, blocking, protection, phone, factors):
    denied = blocking.deny(phone, blocking.send(), reported=True)
    assert denied.state is State.DENIED
    standing = protection.standing_of(ALICE)
    assert standing.block == Block(mfa.clock.now(), mfa.clock.now() + BLOCK_FOR, "report")
    assert standing.risk.since == mfa.clock.now()
    assert denies_everything(mfa, *factors)

    mfa.service.unlock(ALICE)
    assert denies_everything(mfa, *factors)
    protection.unblock(ALICE)
    assert not denies_everything(mfa, *factors)


def test_a_denial_without_a_report_leads_to_nothing(blocking, protection, phone):
    blocking.deny(phone, blocking.send())

    assert protection.standings() == {}


def test_a_report_does_not_shorten_a_block(mfa):
    now = mfa.clock.now()
    longer = Block(now, now + 2 * BLOCK_FOR, "administrator")
    shorter = Block(now, now + timedelta(days=1), "administrator")

    assert block_by_report(longer, now) == longer
    assert block_by_report(shorter, now).until == now + BLOCK_FOR
    assert block_by_report(None, now).by == "report"
