"""The requests of a process are answered by threads that take turns at the processor.

Python runs one thread at a time. Threads that all want to run take it from each other every few
milliseconds, and all requests of a busy moment end late; in turns, each ends as early as it can.
A request that waits for its first turn has no thread yet: the thread that ends one request begins
the next, so that a busy process hands nothing from thread to thread.

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

IDLE_SECONDS = 60.0
"""How long a thread waits for its next request before it ends: a crowd leaves none behind."""

Answer = Callable[[], None]
"""Answers one request. It raises nothing: nobody would hear of it."""


class _Request:
    """One request: it has the turn, waits for it, or neither.

    *woken* is set when its thread has the turn again; None as long as it has no thread.
    """

    __slots__ = ("answer", "woken")

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.woken: threading.Event | None = None


class _Thread:
    """A thread without work. *work* is released when it has got a request, or has to end."""

    __slots__ = ("request", "work")

    def __init__(self) -> None:
        self.request: _Request | None = None
        self.work = threading.Lock()
        self.work.acquire()


class ProcessorTurns:
    """The turns of one process, and its *threads*, so many at most."""

    def __init__(
        self,
        threads: int,
        patience: float = PATIENCE,
        *,
        idle_seconds: float = IDLE_SECONDS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._threads = threads
        self._patience = patience
        self._idle_seconds = idle_seconds
        self._now = now
        self._lock = threading.Lock()
        self._waiting: deque[_Request] = deque()
        self._holder: _Request | None = None
        self._since = 0.0
        self._idle: list[_Thread] = []
        self._running: set[threading.Thread] = set()
        self._is_closed = False

    def submit(self, answer: Answer) -> bool:
        """Answer a request in a thread when it is its turn; return whether it has to wait for it.

        As long as any waits, :meth:`pass_on_if_late` has to be called every now and then.
        """
        request = _Request(answer)
        with self._lock:
            self._waiting.append(request)
            if self._holder is None:
                self._pass_on()
            return self._holder is not request

    def pass_on_if_late(self) -> bool:
        """Pass on a turn that takes longer than the patience; return whether any request waits."""
        with self._lock:
            if self._waiting and self._now() - self._since >= self._patience:
                self._pass_on()
            return bool(self._waiting)

    def close(self) -> None:
        """End all threads; return when those that answer a request have done so."""
        with self._lock:
            self._is_closed = True
            for thread in self._idle:
                thread.work.release()
            self._idle.clear()
            running = tuple(self._running)
        for each in running:
            each.join()

    @contextmanager
    def _aside(self, request: _Request) -> Iterator[None]:
        with self._lock:
            if self._holder is request:  # else it has lost the turn
                self._pass_on()
        try:
            yield
        finally:
            self._return(request)

    def _return(self, request: _Request) -> None:
        """Wait for another turn of a request that was aside."""
        request.woken = threading.Event()
        with self._lock:
            self._waiting.append(request)
            if self._holder is None:
                self._pass_on()
        while not request.woken.wait(self._patience):
            self.pass_on_if_late()

    def _pass_on(self) -> None:
        """Give the turn to the next request, and a thread if it needs one. The lock is held."""
        request = self._next(has_thread=bool(self._idle) or len(self._running) < self._threads)
        if request is not None:
            self._begin(request)

    def _next(self, *, has_thread: bool) -> _Request | None:
        """Give the turn to the next request; return it if it needs a thread. The lock is held.

        Without a thread, it is the next of those that have one: they are back from aside.
        """
        self._holder = None
        for request in self._waiting:
            if request.woken is not None or has_thread:
                self._waiting.remove(request)
                self._holder, self._since = request, self._now()
                if request.woken is None:
                    return request
                request.woken.set()
                break
        return None

    def _begin(self, request: _Request) -> None:
        """Let a thread answer a request: the last that became idle, or a new one."""
        if self._idle:
            thread = self._idle.pop()
            thread.request = request
            thread.work.release()
            return
        thread = _Thread()
        thread.request = request
        new = threading.Thread(target=self._work, args=(thread,), name="web", daemon=True)
        try:
            new.start()
        except RuntimeError:  # the system has no more: it waits for one that we have
            self._holder = None
            self._waiting.appendleft(request)
        else:
            self._running.add(new)

    def _work(self, thread: _Thread) -> None:
        """Answer one request after another, in a thread, as long as there are some."""
        request = thread.request
        while request is not None:
            thread.request = None
            _of_thread.current = (self, request)
            request.answer()
            request = self._end(thread, request)
            if request is None:
                _of_thread.current = None  # an idle thread keeps nothing of its last request
                request = self._wait(thread)

    def _end(self, thread: _Thread, request: _Request) -> _Request | None:
        """End a request; return the one that the same thread answers next, else it is idle."""
        with self._lock:
            if self._holder is request or self._holder is None:
                following = self._next(has_thread=True)
                if following is not None:
                    return following
            self._idle.append(thread)
        return None

    def _wait(self, thread: _Thread) -> _Request | None:
        """Return what an idle thread answers next, or None when it has to end."""
        is_woken = thread.work.acquire(timeout=0 if self._is_closed else self._idle_seconds)
        with self._lock:
            if not is_woken and thread in self._idle:
                self._idle.remove(thread)
            if thread.request is None:
                self._running.discard(threading.current_thread())
            elif not is_woken:  # it was woken a moment later
                thread.work.acquire()
            return thread.request


class _OfThread(threading.local):
    current: tuple[ProcessorTurns, _Request] | None = None


_of_thread = _OfThread()


@contextmanager
def aside() -> Iterator[None]:
    """Let other requests run inside the block, in which this one waits for something else.

    It does nothing outside a request, and where requests take no turns.
    """
    if _of_thread.current is None:
        yield
        return
    turns, request = _of_thread.current
    with turns._aside(request):
        yield
