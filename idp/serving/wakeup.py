"""Wakes the main thread when a signal arrives, also one that another thread received.

Python runs the handler of a signal in the main thread, but a main thread that waits for a lock
(:class:`queue.SimpleQueue`, :class:`threading.Event`) does not notice a signal that the operating
system gave to another thread, or one that arrived just before it began to wait. Python writes
every signal to the wake-up descriptor as well (``signal.set_wakeup_fd``), and that can be waited
for.
"""

from __future__ import annotations

import select
import signal
import socket
from contextlib import suppress
from typing import Self


class Wakeup:
    """A context manager for the main thread: inside it, :meth:`wait` returns at every signal."""

    def __enter__(self) -> Self:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        return self

    def __exit__(self, *_error: object) -> None:
        signal.set_wakeup_fd(self._before)
        self._writer.close()
        self._reader.close()

    def notify(self) -> None:
        """Let :meth:`wait` return. Any thread may call this, also after the block was left."""
        with suppress(OSError):  # full, so that it wakes anyway, or closed
            self._writer.send(b"\0")

    def wait(self, timeout: float | None = None) -> None:
        """Wait for a signal, a notification, or *timeout* seconds; handlers have run then."""
        select.select([self._reader], [], [], timeout)
        with suppress(BlockingIOError):
            self._reader.recv(4096)
