"""The real clock; tests and the pytest plugin hand in one that they can move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Return the present in UTC."""
        return datetime.now(UTC)


class ShiftedClock:
    """The time of this machine, moved by a test: it goes on from wherever it was put."""

    def __init__(self) -> None:
        self._shift = timedelta()

    def now(self) -> datetime:
        """Return the present in UTC, moved."""
        return datetime.now(UTC) + self._shift

    def advance(self, delta: timedelta | float) -> None:
        """Move on by *delta*: a timedelta, or seconds."""
        self._shift += delta if isinstance(delta, timedelta) else timedelta(seconds=delta)
