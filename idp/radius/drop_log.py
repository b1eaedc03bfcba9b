"""Counts packets that were dropped, and logs them: a flood of them must not flood the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from idp.counters import log_and_count

if TYPE_CHECKING:
    from idp.counters import Counters

SECONDS_BETWEEN_LINES = 60.0
MAX_SENDERS = 1024
"""Senders of which a line is written within a minute; of further ones, packets are counted."""


class DropLog:
    """Writes at most one line a minute for each sender and reason; used by one thread."""

    def __init__(self, counters: Counters, monotonic: Callable[[], float]) -> None:
        self._counters = counters
        self._monotonic = monotonic
        self._logged: set[tuple[str, str, str]] = set()
        self._began = monotonic()

    def write(self, host: str, address: str, code: str) -> None:
        """Count a packet from *address* that *host* dropped, and log the first of its kind."""
        now = self._monotonic()
        if now - self._began >= SECONDS_BETWEEN_LINES:
            self._logged.clear()
            self._began = now
        sender = (host, address, code)
        if sender in self._logged or len(self._logged) >= MAX_SENDERS:
            self._counters.refused(code)
            return
        self._logged.add(sender)
        log_and_count(self._counters, "radius_dropped", code=code, node=host, client_ip=address)
