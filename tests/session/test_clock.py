"""The clock that tests move goes on from wherever it was put."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from idp.system_clock import SystemClock
from idp.testing.clock import ShiftedClock


def test_both_clocks_return_the_present_in_utc():
    for clock in (SystemClock(), ShiftedClock()):
        assert clock.now().tzinfo is UTC
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize("delta", [3600, 3600.0, timedelta(hours=1), timedelta(hours=-1)])
def test_the_clock_is_moved_by_seconds_or_a_timedelta(delta):
    clock = ShiftedClock()
    before = clock.now()
    clock.advance(delta)
    expected = delta if isinstance(delta, timedelta) else timedelta(seconds=delta)
    assert abs(clock.now() - before - expected) < timedelta(seconds=5)
    clock.advance(-expected)
    assert abs(clock.now() - before) < timedelta(seconds=5)
