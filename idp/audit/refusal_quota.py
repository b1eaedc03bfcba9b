"""How many refusals get a row of their own in the sign-in log; the others are counted."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

BURST = 1000
"""Refusals that are stored one by one at the start and after a quiet time, of all clients."""

SECONDS_PER_ROW = 10.0
"""Each so many seconds, one more may be stored."""

CLIENT_BURST = 100
"""The same of one client, so that one alone never uses up what there is for all."""

CLIENT_SECONDS_PER_ROW = 100.0

MAX_CLIENTS = 1000
"""Clients that are remembered; beyond that, the one seen longest ago is forgotten."""

SECONDS_BETWEEN_SUMMARIES = 60.0


@dataclass(slots=True)
class _Bucket:
    """What may still be stored: at most ``size`` rows, and one more each ``seconds_per_row``."""

    size: int
    seconds_per_row: float
    left: float
    seen_at: float

    def refill(self, now: float) -> None:
        self.left = min(self.size, self.left + (now - self.seen_at) / self.seconds_per_row)
        self.seen_at = now


class RefusalQuota:
    """Admits refusals at a rate that no stranger can raise, for one process.

    A refusal proves nothing about who caused it. Without a limit, anybody could fill the database,
    and push the entries of others out of the log. Each client has a limit of its own below that of
    all, so that a noisy one does not keep the refusals of others out.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        now = monotonic()
        self._all = _Bucket(BURST, SECONDS_PER_ROW, float(BURST), now)
        self._clients: OrderedDict[str, _Bucket] = OrderedDict()
        self._counted = 0
        self._summary_at = now

    def admits(self, client: str) -> bool:
        """Say whether one more refusal of *client* is stored; if not, count it.

        *client* is what :func:`idp.admission.client_of` makes of an address.
        """
        with self._lock:
            now = self._monotonic()
            buckets = (self._all, self._of(client, now))
            for bucket in buckets:
                bucket.refill(now)
            if any(bucket.left < 1 for bucket in buckets):
                self._counted += 1
                return False
            for bucket in buckets:
                bucket.left -= 1
            return True

    def take_counted(self) -> int:
        """Return how many were counted and not reported yet: 0 within a minute of the last time."""
        with self._lock:
            now = self._monotonic()
            if not self._counted or now - self._summary_at < SECONDS_BETWEEN_SUMMARIES:
                return 0
            counted, self._counted, self._summary_at = self._counted, 0, now
            return counted

    def _of(self, client: str, now: float) -> _Bucket:
        bucket = self._clients.get(client)
        if bucket is None:
            bucket = _Bucket(CLIENT_BURST, CLIENT_SECONDS_PER_ROW, float(CLIENT_BURST), now)
            self._clients[client] = bucket
        self._clients.move_to_end(client)
        while len(self._clients) > MAX_CLIENTS:
            self._clients.popitem(last=False)
        return bucket
