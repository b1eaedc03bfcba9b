from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from idp.directory.lockout import SETTLING, WINDOW, WRONG, PasswordLimits, debit, may_settle

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_ten_tries_are_granted_and_the_eleventh_is_not():
    limits = None
    for _ in range(WRONG):
        limits = debit(limits, NOON)
        assert limits is not None

    assert debit(limits, NOON + WINDOW - SECOND) is None


def test_half_an_hour_after_the_tenth_the_lock_ends():
    assert debit(PasswordLimits(WRONG, NOON), NOON + WINDOW) == PasswordLimits(1, NOON + WINDOW)


def test_a_pause_of_half_an_hour_forgets_the_wrong_ones_before_it():
    later = NOON + WINDOW

    assert debit(PasswordLimits(9, NOON), later) == PasswordLimits(1, later)


def test_a_clock_set_back_does_not_shorten_a_lock():
    before = NOON - timedelta(days=1)
    limits = debit(PasswordLimits(9, NOON), before)

    assert limits == PasswordLimits(WRONG, NOON)
    assert debit(limits, before + WINDOW) is None


def test_only_a_fresh_lock_may_still_settle():
    assert may_settle(PasswordLimits(WRONG, NOON), NOON + SETTLING - SECOND)
    assert not may_settle(PasswordLimits(WRONG, NOON), NOON + SETTLING)


@given(st.lists(st.floats(0, 4000), max_size=60))
def test_in_no_half_hour_are_more_than_ten_tries_granted(pauses):
    now, limits, granted = NOON, None, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        debited = debit(limits, now)
        if debited is not None:
            limits = debited
            granted.append(now)

    for first, eleventh in zip(granted, granted[WRONG:], strict=False):
        assert eleventh - first >= WINDOW
