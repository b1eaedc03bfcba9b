"""A shared store in memory: for the kit, and for an author's own tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from adapter.shared_store_limits import must_be_allowed


class MemoryStore:
    """An ``adapter.contract.SharedStore`` of one process, for tests.

    ``now`` returns the time in seconds; with one of your own, a test can let time pass. While
    ``refuses`` is true, every key counts as used and every limit as reached.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.refuses = False
        self._now = now
        self._lock = threading.Lock()
        self._ends: dict[str, float] = {}
        self._tries: dict[tuple[str, float, float], int] = {}

    def claim(self, key: str, seconds: float) -> bool:
        """Use *key* up; returns False if it was used before."""
        must_be_allowed(key, seconds)
        with self._lock:
            if self.refuses or self._ends.get(key, 0) > self._now():
                return False
            self._ends[key] = self._now() + seconds
            return True

    def count(self, key: str, limit: int, seconds: float) -> bool:
        """Count one try of *key*; returns whether it is among the first *limit* of its window."""
        must_be_allowed(key, seconds, limit)
        window = (key, seconds, self._now() // seconds)
        with self._lock:
            self._tries[window] = self._tries.get(window, 0) + 1
            return not self.refuses and self._tries[window] <= limit


class UncountedStore(MemoryStore):
    """The kit's store: no limit is reached, so that every odd post reaches the adapter's check."""

    def count(self, key: str, limit: int, seconds: float) -> bool:
        """Return True unless the store refuses everything."""
        must_be_allowed(key, seconds, limit)
        return not self.refuses
