"""A bounded wait until something changes for a user, whichever node changed it.

A caller that waits is a thread that sleeps. While there are any, one further thread reads what is
pending for all of their users, in one query every tenth of a second, and wakes the callers whose
user's value has changed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from adapter.errors import TallystickError
from idp.admission import UNKNOWN, NoPlace, Place, Room

T = TypeVar("T")
ReadPending = Callable[[frozenset[str]], Mapping[str, Hashable]]
"""Returns for each of the given users a value that differs when something changed.

A user for whom nothing is pending may be left out.
"""

PERIOD = 0.1
"""Seconds between two reads."""

MAX_PLACES_OF_ONE_USER = 8
"""So that no user alone can fill the room: a client that gives up keeps its place to the end."""


class RoomFull(TallystickError):
    """Raised when every place is taken: the caller asks again a little later."""

    code = "room_full"


class _Waiter:
    """One waiting caller: the last value read for its user, and the event that wakes it."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.woken = threading.Event()
        self.is_over = False
        self._last: Hashable = self  # no value read is equal to it: the first read always wakes

    def give_up(self) -> None:
        """End the wait as if its time were up: another client gets the place."""
        self.is_over = True
        self.woken.set()

    def take(self, value: Hashable) -> None:
        """Wake the caller if *value* is not the last one."""
        if value != self._last:
            self._last = value
            self.woken.set()


class WaitingRoom:
    """Lets as many callers wait at the same time as *room* has places, 8 of them for one user."""

    def __init__(self, read_pending: ReadPending, room: Room, *, period: float = PERIOD) -> None:
        self._read_pending = read_pending
        self._room = room
        self._period = period
        self._waiters: set[_Waiter] = set()
        self._lock = threading.Lock()
        self._is_reading = False
        self._is_closed = False

    def close(self) -> None:
        """End all waits with what there is, and refuse further ones."""
        self._is_closed = True
        self._wake_all()

    def wait(
        self, user: str, ask: Callable[[], T | None], seconds: float, client: str = UNKNOWN
    ) -> T | None:
        """Call *ask* after each change for *user* until it returns a value, and when time is up.

        Returns that value, or None; None also if another client gets the place of *client*. A
        change before the call is not missed: the first read counts as a change. Time is measured
        by the monotonic clock. Raises :class:`RoomFull` instead of waiting if there is no place; an
        exception of *ask* ends the wait and is raised.
        """
        deadline = time.monotonic() + seconds
        with self._place(user, client) as waiter:
            while waiter.woken.wait(max(0, deadline - time.monotonic())):
                waiter.woken.clear()
                if (value := ask()) is not None or waiter.is_over or self._is_closed:
                    return value
        return ask()

    def wake(self, user: str) -> None:
        """Wake the callers that wait for *user* now, since something changed in this process."""
        with self._lock:
            waiters = [waiter for waiter in self._waiters if waiter.user == user]
        for waiter in waiters:
            waiter.woken.set()

    @contextmanager
    def _place(self, user: str, client: str) -> Iterator[_Waiter]:
        waiter = _Waiter(user)
        with self._lock:
            place = self._enter(waiter, client)
            self._waiters.add(waiter)
            self._start_reading()
        try:
            yield waiter
        finally:
            with self._lock:
                self._waiters.discard(waiter)
            self._room.leave(place)

    def _enter(self, waiter: _Waiter, client: str) -> Place:
        of_user = sum(each.user == waiter.user for each in self._waiters)
        try:
            if self._is_closed or of_user >= MAX_PLACES_OF_ONE_USER:
                raise NoPlace
            return self._room.enter(client, waiter.give_up)
        except NoPlace:
            raise RoomFull("Too many requests wait for phones", "Ask again in a second") from None

    def _start_reading(self) -> None:
        if not self._is_reading:
            self._is_reading = True
            threading.Thread(target=self._read_on, name="waiting room", daemon=True).start()

    def _read_on(self) -> None:
        """Read and wake until nobody waits."""
        while waiters := self._present():
            try:
                self._read_once(waiters)
            except BaseException:
                self._is_reading = False  # the next caller that comes starts another thread
                raise
            time.sleep(self._period)

    def _read_once(self, waiters: tuple[_Waiter, ...]) -> None:
        try:
            pending = self._read_pending(frozenset(waiter.user for waiter in waiters))
        except TallystickError:
            self._wake_all()  # each caller asks for itself and gets the error itself
            return
        for waiter in waiters:
            waiter.take(pending.get(waiter.user))

    def _present(self) -> tuple[_Waiter, ...]:
        with self._lock:
            self._is_reading = bool(self._waiters)
            return tuple(self._waiters)

    def _wake_all(self) -> None:
        with self._lock:
            waiters = tuple(self._waiters)
        for waiter in waiters:
            waiter.woken.set()
