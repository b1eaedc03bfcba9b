"""The time by which rows are purged: never ahead of what passed on the monotonic clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.clock import NOON

from idp.store.agreed_time import TOLERANCE, TRUSTED_AFTER, AgreedTime

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Clocks:
    """Both clocks of a machine, and the agreed time."""

    def __init__(self, known=None):
        self.wall, self.monotonic = NOON, 1000.0
        self.time = AgreedTime(self.wall, self.monotonic, known)

    def pass_by(self, passed: timedelta, jump: timedelta = timedelta(0)):
        self.wall += passed + jump
        self.monotonic += passed.total_seconds()
        return self.time.at(self.wall, self.monotonic)


def test_clocks_that_agree_give_the_time():
    clocks = Clocks()

    assert clocks.pass_by(HOUR) == NOON + HOUR
    assert clocks.pass_by(DAY) == NOON + HOUR + DAY


def test_a_jump_ahead_is_not_followed():
    clocks = Clocks()

    assert clocks.pass_by(HOUR, jump=10 * HOUR) == NOON + HOUR
    assert clocks.pass_by(HOUR) == NOON + 2 * HOUR


def test_the_time_after_a_jump_and_back_is_what_passed():
    clocks = Clocks()
    clocks.pass_by(HOUR, jump=10 * HOUR)

    assert clocks.pass_by(HOUR, jump=-10 * HOUR) == NOON + 2 * HOUR


def test_a_clock_that_is_put_back_is_followed_and_its_return_is_too():
    clocks = Clocks()

    assert clocks.pass_by(HOUR, jump=-10 * HOUR) == NOON - 9 * HOUR
    assert clocks.pass_by(HOUR, jump=10 * HOUR) == NOON + 2 * HOUR


def test_a_clock_without_a_jump_for_a_week_is_believed():
    clocks = Clocks()
    clocks.pass_by(HOUR, jump=10 * HOUR)

    assert clocks.pass_by(TRUSTED_AFTER - HOUR) == NOON + TRUSTED_AFTER
    assert clocks.pass_by(HOUR) == clocks.wall


def test_each_jump_starts_the_week_anew():
    clocks = Clocks()
    clocks.pass_by(HOUR, jump=10 * HOUR)
    clocks.pass_by(TRUSTED_AFTER - HOUR)
    clocks.pass_by(HOUR, jump=HOUR)

    assert clocks.pass_by(TRUSTED_AFTER - HOUR) == NOON + 2 * TRUSTED_AFTER


@pytest.mark.parametrize(
    ("known", "first"), [(NOON - DAY, NOON - DAY), (NOON + DAY, NOON), (None, NOON)]
)
def test_a_start_goes_on_from_the_time_that_was_known(known, first):
    """A server that starts while the clock is ahead does not believe it either."""
    assert Clocks(known).pass_by(timedelta(0)) == first


def test_a_clock_that_is_corrected_slowly_is_no_jump():
    clocks = Clocks()
    for _ in range(1000):
        clocks.pass_by(HOUR, jump=TOLERANCE / 60)

    assert clocks.wall - clocks.pass_by(timedelta(0)) < TRUSTED_AFTER / 60


steps = st.tuples(
    st.timedeltas(timedelta(0), timedelta(hours=8)),
    st.timedeltas(-10 * HOUR, 10 * HOUR) | st.just(timedelta(0)),
)


@given(st.lists(steps, max_size=15))
def test_no_jump_makes_the_agreed_time_run_ahead_of_either_clock(made):
    """Within a week of the last jump: so long a session may last."""
    clocks = Clocks()
    for passed, jump in made:
        agreed = clocks.pass_by(passed, jump)
        assert agreed <= clocks.wall
        if clocks.monotonic - 1000.0 < TRUSTED_AFTER.total_seconds():
            assert agreed <= NOON + timedelta(seconds=clocks.monotonic - 1000.0)
