"""The clock of the plugin's server, which tests can move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class ShiftedClock:
    """The clock of this machine plus a shift; it keeps running."""

    def __init__(self) -> None:
        self._shift = timedelta()

    def now(self) -> datetime:
        """Return the shifted time in UTC."""
        return datetime.now(UTC) + self._shift

    def advance(self, delta: timedelta | float) -> None:
        """Move the clock by *delta*, a timedelta or a number of seconds."""
        self._shift += delta if isinstance(delta, timedelta) else timedelta(seconds=delta)
