from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.directory.lockout import (
    MAX_FAMILIAR_ADDRESSES,
    MAX_WRONG_PASSWORDS,
    OBSERVATION_WINDOW,
    SETTLING,
    AccountActivity,
    AccountState,
    Debit,
    Limit,
    LockoutMode,
    LockoutRules,
    Origin,
    PasswordCounter,
)

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SOFT, SMART = Limit(), Limit(forgets=False)
BOTH = pytest.mark.parametrize("limit", [SOFT, SMART], ids=["soft", "smart"])


@BOTH
def test_ten_tries_are_granted_and_the_eleventh_is_not(limit):
    counter, verdicts = None, []
    for _ in range(MAX_WRONG_PASSWORDS):
        verdict, counter = limit.debit(counter, NOON)
        verdicts.append(verdict)

    assert verdicts == [Debit.GRANTED] * (MAX_WRONG_PASSWORDS - 1) + [Debit.LAST]
    assert limit.debit(counter, NOON + OBSERVATION_WINDOW - SECOND) == (Debit.LOCKED, counter)


@BOTH
def test_after_half_an_hour_the_lock_lets_a_try_through(limit):
    verdict, _ = limit.debit(PasswordCounter(MAX_WRONG_PASSWORDS, NOON), NOON + OBSERVATION_WINDOW)

    assert verdict.is_granted


def test_the_soft_lockout_begins_anew_after_half_an_hour():
    assert (
        SOFT.debit(PasswordCounter(MAX_WRONG_PASSWORDS, NOON), NOON + OBSERVATION_WINDOW)[1].wrong
        == 1
    )


def test_the_smart_lockout_lets_one_try_a_window_through():
    counter = PasswordCounter(MAX_WRONG_PASSWORDS, NOON)
    for number in range(1, 5):
        verdict, counter = SMART.debit(counter, NOON + number * OBSERVATION_WINDOW)
        assert verdict is Debit.LAST
        assert not SMART.debit(counter, NOON + (number + 1) * OBSERVATION_WINDOW - SECOND)[
            0
        ].is_granted


def test_only_the_soft_lockout_forgets_after_half_an_hour():
    later = NOON + OBSERVATION_WINDOW

    assert SOFT.debit(PasswordCounter(9, NOON), later)[1] == PasswordCounter(1, later)
    assert SMART.debit(PasswordCounter(9, NOON), later)[1] == PasswordCounter(10, later)


@BOTH
def test_a_clock_set_back_does_not_shorten_a_lock(limit):
    before = NOON - timedelta(days=1)
    _, counter = limit.debit(PasswordCounter(9, NOON), before)

    assert counter == PasswordCounter(MAX_WRONG_PASSWORDS, NOON)
    assert not limit.debit(counter, before + OBSERVATION_WINDOW)[0].is_granted


@BOTH
def test_only_a_fresh_lock_may_still_settle(limit):
    locked = PasswordCounter(MAX_WRONG_PASSWORDS, NOON)

    assert limit.debit(locked, NOON + SETTLING - SECOND) == (Debit.SETTLING, locked)
    assert limit.debit(locked, NOON + SETTLING) == (Debit.LOCKED, locked)


@BOTH
@given(pauses=st.lists(st.floats(0, 4000), max_size=60))
def test_in_no_half_hour_are_more_than_ten_tries_granted(limit, pauses):
    now, counter, granted = NOON, None, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        verdict, counter = limit.debit(counter, now)
        granted += [now] if verdict.is_granted else []

    for first, eleventh in zip(granted, granted[MAX_WRONG_PASSWORDS:], strict=False):
        assert eleventh - first >= OBSERVATION_WINDOW


HOME, WORK, PROXY = "192.0.2.1", "192.0.2.2", "198.51.100.1"


@pytest.mark.parametrize(
    ("addresses", "familiar"),
    [
        ((HOME,), True),
        ((HOME, WORK), True),
        ((HOME, PROXY), False),
        ((PROXY,), False),
        ((), False),
    ],
)
def test_a_request_is_familiar_only_if_all_its_addresses_are_known(addresses, familiar):
    activity = AccountActivity(addresses=(HOME, WORK))

    assert activity.is_familiar(Origin(addresses)) is familiar


def test_a_success_makes_all_addresses_familiar_and_clears_the_counter_of_its_kind():
    wrong = PasswordCounter(3, NOON)
    activity = AccountActivity(wrong, wrong, (HOME,))

    at_home = activity.after_success(Origin((HOME,)))
    abroad = activity.after_success(Origin((PROXY, HOME, WORK)))

    assert at_home == AccountActivity(None, wrong, (HOME,))
    assert abroad == AccountActivity(wrong, None, (HOME, PROXY, WORK))


@given(st.lists(st.lists(st.integers(0, 40), max_size=6), max_size=30))
def test_twenty_addresses_are_familiar_and_the_oldest_drop_out(requests):
    activity, seen = AccountActivity(), []
    for numbers in requests:
        addresses = tuple(f"192.0.2.{number}" for number in numbers)
        activity = activity.after_success(Origin(addresses))
        seen += [each for each in dict.fromkeys(addresses) if each not in seen]
        seen = seen[-MAX_FAMILIAR_ADDRESSES:]

    assert list(activity.addresses) == seen


AT_HOME, OUTSIDE = Origin(("192.0.2.1",)), Origin(("203.0.113.9",), extranet=True)
FULL = PasswordCounter(MAX_WRONG_PASSWORDS, NOON)
UNKNOWN_FULL = AccountState(activity=AccountActivity(unknown=FULL))


@pytest.mark.parametrize(
    ("rules", "state", "locked_at"),
    [
        (LockoutRules(), AccountState(), ()),
        (LockoutRules(), AccountState(soft=FULL), (AT_HOME, OUTSIDE)),
        (LockoutRules(), UNKNOWN_FULL, ()),
        (
            LockoutRules(LockoutMode.LOG_ONLY),
            AccountState(activity=AccountActivity(unknown=FULL)),
            (),
        ),
        (
            LockoutRules(LockoutMode.ENFORCE),
            AccountState(activity=AccountActivity(unknown=FULL, addresses=("192.0.2.1",))),
            (OUTSIDE,),
        ),
        (
            LockoutRules(LockoutMode.ENFORCE),
            AccountState(activity=AccountActivity(familiar=FULL, addresses=("192.0.2.1",))),
            (AT_HOME,),
        ),
        (
            LockoutRules(LockoutMode.ENFORCE, extranet_only=True),
            AccountState(soft=FULL),
            (AT_HOME,),
        ),
    ],
)
def test_an_account_is_locked_by_the_lock_out_that_decides_for_the_place(rules, state, locked_at):
    for origin in (AT_HOME, OUTSIDE):
        assert rules.is_locked(state, origin, NOON + SECOND) == (origin in locked_at)
        assert not rules.is_locked(state, origin, NOON + OBSERVATION_WINDOW)
