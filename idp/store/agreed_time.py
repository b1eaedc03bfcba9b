"""The time by which rows are purged: one on which the wall clock and the monotonic clock agree."""

from __future__ import annotations

from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=1)
"""Two readings of the wall clock may differ by so much from what passed on the monotonic one."""

TRUSTED_AFTER = timedelta(days=7)
"""A wall clock that has not jumped for so long is believed; no kept session lasts longer."""


class AgreedTime:
    """A time that advances as the monotonic clock does, and is never later than the wall clock.

    If the wall clock jumps ahead, this one does not: the mark that a session has ended must not be
    deleted too early, or the session would be alive again once the clock is put back. Rows are then
    purged later, by the length of the jump, until the wall clock is trusted again.

    *known* is a time that had been reached before the start; without one, the first reading counts.
    """

    def __init__(self, wall: datetime, monotonic: float, known: datetime | None = None) -> None:
        self._agreed = wall if known is None else min(wall, known)
        self._wall = wall
        self._monotonic = monotonic
        self._steady_since = monotonic

    def at(self, wall: datetime, monotonic: float) -> datetime:
        """Return the agreed time at these readings of both clocks."""
        passed = timedelta(seconds=monotonic - self._monotonic)
        self._agreed += passed
        if abs(wall - self._wall - passed) > TOLERANCE:
            self._steady_since = monotonic
        self._wall, self._monotonic = wall, monotonic
        if monotonic - self._steady_since >= TRUSTED_AFTER.total_seconds():
            self._agreed = wall
        return min(wall, self._agreed)
