"""What a thread has read for the request that it answers, so that it reads each thing once.

The steps of a sign-in ask independently of each other for policies, the user and the methods. In
one request they get the same answer, until the thread writes: what is written may change it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from idp.store.prepared import Prepared

Rows = list[tuple[Any, ...]]

MAX_SECONDS = 1.0
"""Nothing is remembered for longer: a request may wait for a phone, or for its turn.

That is counted from the first of what is remembered, for all of it.
"""


class RequestReads(threading.local):
    """The rows that a thread has read, by question; outside a request it keeps none.

    It is a context manager, within which a request is answered. A generator would take longer.
    """

    _rows: dict[tuple[Any, ...], Rows] | None = None
    _until = 0.0
    _has_begun_until = 0.0

    def __enter__(self) -> None:
        """Remember what is read from now on, for one request."""
        self._rows, self._has_begun_until = {}, 0.0

    def __exit__(self, *_error: object) -> None:
        """Forget it all."""
        self._rows = None

    @contextmanager
    def off(self) -> Iterator[None]:
        """Remember nothing within; afterwards again, from nothing, if it was a request."""
        is_on, self._rows = self.is_on, None
        try:
            yield
        finally:
            self._rows = {} if is_on else None

    @property
    def is_on(self) -> bool:
        """Say whether anything is remembered now."""
        return self._rows is not None

    def has_begun(self) -> bool:
        """Say whether the request has begun to read, less than :data:`MAX_SECONDS` ago."""
        return self._rows is not None and time.monotonic() < self._has_begun_until

    def begin(self) -> None:
        """Count the request as having begun to read."""
        self._has_begun_until = time.monotonic() + MAX_SECONDS

    def find(self, query: Prepared, values: Mapping[str, Any]) -> Rows | None:
        """Return the rows that were read before, None if there are none to go by."""
        rows = self._rows
        if not rows:
            return None
        if time.monotonic() > self._until:
            rows.clear()
        return rows.get((query, *values.items()))

    def keep(self, query: Prepared, values: Mapping[str, Any], found: Rows) -> None:
        """Remember what was read just now."""
        rows = self._rows
        if rows is None:
            return
        if not rows:
            self._until = time.monotonic() + MAX_SECONDS
        rows[query, *values.items()] = found

    def forget(self) -> None:
        """Remember nothing of what was read so far."""
        if self._rows:
            self._rows.clear()
