"""What a server counts of its own work, and the one function that logs a failure and counts it.

Rooms are handed a :class:`Counters`. :mod:`idp.metrics` has the one for Prometheus;
:data:`NO_COUNTERS` counts nothing.
"""

from __future__ import annotations

from typing import Literal, Protocol

from idp.logs import get_logger

Level = Literal["info", "warning", "error", "critical"]


class Counters(Protocol):
    """Counts events. No argument names a user, a trust or a path."""

    def sign_in(self, event_id: int, outcome: str, experience: str) -> None:
        """Count one record of the sign-in log; ``event_id`` is AD FS's number of the event."""

    def push_sent(self, experience: str) -> None:
        """Count a push that was sent to a phone."""

    def phone_answered(self, state: str) -> None:
        """Count the answer of a phone by the state it left the request in."""

    def refused(self, code: str) -> None:
        """Count what was refused or failed, by its error code."""

    def request_took(self, endpoint: str, status: int, seconds: float) -> None:
        """Count a web request and the time until it was answered."""


class _NoCounters:
    """Counts nothing: metrics are off."""

    def sign_in(self, event_id: int, outcome: str, experience: str) -> None:
        pass

    def push_sent(self, experience: str) -> None:
        pass

    def phone_answered(self, state: str) -> None:
        pass

    def refused(self, code: str) -> None:
        pass

    def request_took(self, endpoint: str, status: int, seconds: float) -> None:
        pass


NO_COUNTERS: Counters = _NoCounters()


def log_and_count(
    counters: Counters, event: str, *, code: str, level: Level = "warning", **fields: object
) -> None:
    """Write the log line *event* of what was refused or failed, and count it by its *code*."""
    counters.refused(code)
    getattr(get_logger(), level)(event, code=code, **fields)
