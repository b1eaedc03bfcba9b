"""What the test service provider remembers, in the memory of this process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

MAX_VALUES = 4096


class RecentValues(Generic[T]):
    """A dictionary for several threads that forgets its oldest values, so that it stays small."""

    def __init__(self, max_values: int = MAX_VALUES) -> None:
        self._max_values = max_values
        self._values: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, key: str, value: T) -> bool:
        """Store *value*; return False if there was a value with this key, which it replaces."""
        with self._lock:
            is_new = key not in self._values
            self._values[key] = value
            while len(self._values) > self._max_values:
                self._values.popitem(last=False)
        return is_new

    def get(self, key: str) -> T | None:
        """Return the value with this key."""
        with self._lock:
            return self._values.get(key)

    def take(self, key: str) -> T | None:
        """Return and remove the value with this key, so that only one caller gets it."""
        with self._lock:
            return self._values.pop(key, None)

    def remove_if(self, matches: Callable[[T], bool]) -> None:
        """Remove all values for which *matches* returns True."""
        with self._lock:
            for key in [key for key, value in self._values.items() if matches(value)]:
                del self._values[key]
