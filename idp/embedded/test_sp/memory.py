"""What the service provider remembers: the newest few thousand things, in this process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

MAX_ENTRIES = 4096


class Memory(Generic[T]):
    """Values by key, for threads; the oldest give way, so that visitors cannot fill it."""

    def __init__(self, most: int = MAX_ENTRIES) -> None:
        self._most = most
        self._values: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, key: str, value: T) -> bool:
        """Remember *value*; False when the key was there already (it is replaced)."""
        with self._lock:
            was_there = key in self._values
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return not was_there

    def get(self, key: str) -> T | None:
        """Return the value of *key*."""
        with self._lock:
            return self._values.get(key)

    def drop(self, is_meant: Callable[[T], bool]) -> None:
        """Forget the values that are meant."""
        with self._lock:
            for key in [key for key, value in self._values.items() if is_meant(value)]:
                del self._values[key]

    def take(self, key: str) -> T | None:
        """Return the value of *key* and forget it: only one caller gets it."""
        with self._lock:
            return self._values.pop(key, None)
