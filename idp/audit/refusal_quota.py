"""How many refusals get a row of their own in the sign-in log; the others are counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

BURST = 1000
"""Refusals that are stored one by one at the start and after a quiet time."""

SECONDS_PER_ROW = 10.0
"""Each so many seconds, one more may be stored."""

SECONDS_BETWEEN_SUMMARIES = 60.0


class RefusalQuota:
    """Admits refusals at a rate that no stranger can raise, for one process.

    A refusal proves nothing about who caused it. Without a limit, anybody could fill the database,
    and push the entries of others out of the log.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._left = float(BURST)
        self._seen_at = monotonic()
        self._counted = 0
        self._summary_at = self._seen_at

    def admits(self) -> bool:
        """Say whether one more refusal is stored; if not, count it."""
        with self._lock:
            now = self._monotonic()
            self._left = min(BURST, self._left + (now - self._seen_at) / SECONDS_PER_ROW)
            self._seen_at = now
            if self._left >= 1:
                self._left -= 1
                return True
            self._counted += 1
            return False

    def take_counted(self) -> int:
        """Return how many were counted and not reported yet: 0 within a minute of the last time."""
        with self._lock:
            now = self._monotonic()
            if not self._counted or now - self._summary_at < SECONDS_BETWEEN_SUMMARIES:
                return 0
            counted, self._counted, self._summary_at = self._counted, 0, now
            return counted
