"""The shared store of an adapter: keys used once and counted tries, in the database of the farm."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from adapter.clock import Clock
from adapter.contract import SharedStoreFull
from adapter.shared_store_limits import must_be_allowed
from idp.instants import window_begin

if TYPE_CHECKING:
    from idp.session.used_once import UsedOnce

MAX_KEYS = 100_000
"""Upper limit of the keys that one adapter may hold of each kind, used or counted."""

CALLS_BETWEEN_LOOKS = 100
"""A process looks at the number of keys once in so many calls, so the limit may be passed by as
many for each process."""


class AdapterStore:
    """The :class:`~adapter.contract.SharedStore` of the adapter called *name*.

    Its keys have kinds of their own, so they never meet those of other adapters or of the host.
    """

    def __init__(self, once: UsedOnce, clock: Clock, name: str) -> None:
        self._clock = clock
        self._claimed = _Keys(once, f"adapter-claim:{name}")
        self._counted = _Keys(once, f"adapter-count:{name}")

    def claim(self, key: str, seconds: float) -> bool:
        """Use *key* up; returns False if it was used before, by any process."""
        must_be_allowed(key, seconds)
        return self._claimed.claim(key, self._clock.now() + _duration(seconds), durable=True)

    def count(self, key: str, limit: int, seconds: float) -> bool:
        """Count one try of *key*; returns whether it is among the first *limit* of its window.

        Each try takes one of so many places, the lowest that is free. A place can be taken once,
        so tries at several nodes get *limit* together; if the last is taken, all are.
        """
        must_be_allowed(key, seconds, limit)
        now, window = self._clock.now(), _duration(seconds)
        begin = window_begin(now, window)
        places = [f"{window} {begin.isoformat()} {place} {key}" for place in range(limit)]
        if self._counted.is_used(places[-1]):
            return False
        end = begin + window
        return any(self._counted.claim(place, end, durable=False) for place in places)


class _Keys:
    """Keys of one kind, up to :data:`MAX_KEYS`."""

    def __init__(self, once: UsedOnce, kind: str) -> None:
        self._once = once
        self._kind = kind
        self._calls = itertools.count()
        self._is_full = False

    def is_used(self, key: str) -> bool:
        return self._once.is_used(self._kind, key)

    def claim(self, key: str, end: datetime, *, durable: bool) -> bool:
        if self._is_full or next(self._calls) % CALLS_BETWEEN_LOOKS == 0:
            self._is_full = self._once.number_of(self._kind, MAX_KEYS) >= MAX_KEYS
        if self._is_full:
            raise SharedStoreFull(f"The adapter holds {MAX_KEYS} keys; they expire by themselves")
        return self._once.claim(self._kind, key, end, durable=durable)


def _duration(seconds: float) -> timedelta:
    return max(timedelta(seconds=seconds), timedelta.resolution)
