"""What a thread has read for the request that it answers, so that it reads each thing once.

The steps of a sign-in ask independently of each other for policies, the user and the methods. In
one request they get the same answer, until the thread writes: what is written may change it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from idp.store.prepared import Question

Rows = list[tuple[Any, ...]]

MAX_SECONDS = 1.0
"""Nothing is remembered for longer: a request may wait for a phone, or for its turn."""


class RequestReads(threading.local):
    """The rows that a thread has read, by question; outside a request it keeps none."""

    _rows: dict[tuple[Any, ...], tuple[float, Rows]] | None = None

    @contextmanager
    def of_request(self) -> Iterator[None]:
        """Remember within, from nothing."""
        self._rows = {}
        try:
            yield
        finally:
            self._rows = None

    @property
    def is_on(self) -> bool:
        """Say whether anything is remembered now."""
        return self._rows is not None

    def find(self, question: Question) -> Rows | None:
        """Return the rows that were read before, None if there are none to go by."""
        if self._rows is None:
            return None
        at, rows = self._rows.get(_key(question), (0.0, None))
        return rows if rows is not None and time.monotonic() - at <= MAX_SECONDS else None

    def keep(self, question: Question, rows: Rows) -> None:
        """Remember what was read just now."""
        if self._rows is not None:
            self._rows[_key(question)] = (time.monotonic(), rows)

    def forget(self) -> None:
        """Remember nothing of what was read so far."""
        if self._rows:
            self._rows = {}


def _key(question: Question) -> tuple[Any, ...]:
    query, values = question
    return (query, *values.items())
