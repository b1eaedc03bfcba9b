"""The clock of the plugin's server, which a test moves on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


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
