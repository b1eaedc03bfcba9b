"""The requests of a process take turns at the processor.

Python runs one thread at a time. Threads that all want to run take it from each other every few
milliseconds, and all requests of a busy moment end late; in turns, each ends as early as it can.

What waits for something else steps :func:`aside`: for a phone, for a password's turn. Whoever waits
without saying so, as an adapter that hangs, loses the turn to the next one after a short while, and
goes on beside it: no request ever waits for one that does not run.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 0.05
"""Seconds after which a turn is passed on although its request has not ended: several requests."""


class _Request:
    """One request: it has the turn, waits for it, or neither."""

    def __init__(self) -> None:
        self.woken = threading.Event()


class ProcessorTurns:
    """The turns of one process; its methods may be called by any thread."""

    def __init__(
        self, patience: float = PATIENCE, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._patience = patience
        self._now = now
        self._lock = threading.Lock()
        self._queue: deque[_Request] = deque()
        self._holder: _Request | None = None
        self._since = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Run the block in turn; it is a whole request."""
        request = _Request()
        self._take(request)
        _thread.current = (self, request)
        try:
            yield
        finally:
            _thread.current = None
            self._give(request)

    @contextmanager
    def _aside(self, request: _Request) -> Iterator[None]:
        self._give(request)
        try:
            yield
        finally:
            self._take(request)

    def _take(self, request: _Request) -> None:
        with self._lock:
            if self._holder is None:
                self._hold(request)
                return
            request.woken.clear()
            self._queue.append(request)
        while not request.woken.wait(self._patience):
            with self._lock:
                if self._now() - self._since >= self._patience:
                    self._pass_on()

    def _give(self, request: _Request) -> None:
        with self._lock:
            if self._holder is request:  # else it has lost the turn
                self._pass_on()

    def _pass_on(self) -> None:
        self._holder = None
        if self._queue:
            self._hold(self._queue.popleft())

    def _hold(self, request: _Request) -> None:
        self._holder, self._since = request, self._now()
        request.woken.set()


class _OfThread(threading.local):
    current: tuple[ProcessorTurns, _Request] | None = None


_thread = _OfThread()


@contextmanager
def aside() -> Iterator[None]:
    """Let other requests run inside the block, in which this one waits for something else.

    It does nothing outside a request, and where requests take no turns.
    """
    if _thread.current is None:
        yield
        return
    turns, request = _thread.current
    with turns._aside(request):
        yield
