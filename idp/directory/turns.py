"""Turns at something that few threads may do at a time: the client with the shortest queue is next.

A client that floods the server thereby delays itself: whoever has fewer waiting goes before it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from idp.admission import NoPlace, Room


class _Waiter:
    """A thread that waits for its turn."""

    def __init__(self) -> None:
        self.woken = threading.Event()
        self.has_turn = False


class Turns:
    """Lets *slots* threads go at a time; further ones wait in *room*."""

    def __init__(self, slots: int, room: Room) -> None:
        self._free = slots
        self._room = room
        self._lock = threading.Lock()
        self._queues: dict[str, list[_Waiter]] = {}  # in the order in which their first one came

    def take(self, client: str, patience: float) -> AbstractContextManager[None] | None:
        """Wait at most *patience* seconds for a turn, which lasts until the block has ended.

        Returns None if there is no place to wait, or no turn came in time.
        """
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return self._turn()
            waiter = _Waiter()
            try:
                place = self._room.enter(client, waiter.woken.set)
            except NoPlace:
                return None
            self._queues.setdefault(client, []).append(waiter)
        waiter.woken.wait(patience)
        self._room.leave(place)
        with self._lock:
            if not waiter.has_turn:
                self._remove(client, waiter)
        return self._turn() if waiter.has_turn else None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        """Give this turn to the first in the shortest queue."""
        with self._lock:
            if not self._queues:
                self._free += 1
                return
            client = min(self._queues, key=lambda each: len(self._queues[each]))
            waiter = self._queues[client][0]
            self._remove(client, waiter)
            waiter.has_turn = True
        waiter.woken.set()

    def _remove(self, client: str, waiter: _Waiter) -> None:
        queue = self._queues[client]
        queue.remove(waiter)
        if not queue:
            del self._queues[client]
