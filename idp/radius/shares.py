"""Places that clients share: one that floods a host leaves places for the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Final

SHARE: Final = 9
"""A client may have up to nine times as many places as are free: alone it gets 90 of a hundred."""


class Shares:
    """A number of places; used by one thread. A client is whatever names one."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._taken: Counter[Hashable] = Counter()
        self._free = places

    def take(self, client: Hashable) -> bool:
        """Take a place for *client*; False, and nothing taken, if it has had its share."""
        if self._taken[client] >= SHARE * self._free:
            if not self._taken[client]:
                del self._taken[client]
            return False
        self._taken[client] += 1
        self._free -= 1
        return True

    def give_back(self, client: Hashable) -> None:
        """Give back a place that *client* took."""
        self._free += 1
        self._taken[client] -= 1
        if not self._taken[client]:
            del self._taken[client]
