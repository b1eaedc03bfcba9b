"""A bounded wait until something changes for a user, whichever node changed it.

A caller that waits is a thread that sleeps. While there are any, one further thread reads what is
pending for all of their users, in one query every tenth of a second, and wakes the callers whose
user's value has changed.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from adapter.errors import TallystickError
from idp.admission import UNKNOWN, NoPlace, Place, Room
from idp.processor_turns import aside

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


class Waiter:
    """One waiting caller: the last value read for its user, and the event that wakes it."""

    def __init__(self, user: str, turn: str = "") -> None:
        self.user = user
        self.turn = turn
        self.place: Place | None = None
        self.is_over = False
        self._woken = threading.Event()
        self._last: Hashable = self  # no value read is equal to it: the first read always wakes

    def until(
        self, ask: Callable[[], T | None], seconds: float, ask_every: float = math.inf
    ) -> T | None:
        """Call *ask* after each change for the user until it returns a value, and at the end.

        Besides, it is called after *ask_every* seconds without a change. Returns its value; None
        when time is up, or early when the wait is over. The first read counts as a change.
        """
        deadline = time.monotonic() + seconds
        self._last = self
        while self._is_woken(deadline, ask_every):
            if (value := ask()) is not None or self.is_over:
                return value
        return ask()

    def _is_woken(self, deadline: float, ask_every: float) -> bool:
        """Wait; return whether to ask and go on, False when time is up."""
        left = max(0, deadline - time.monotonic())
        with aside():
            is_woken = self._woken.wait(min(left, ask_every))
        if is_woken:
            self._woken.clear()
            return True
        return ask_every < left

    def give_up(self) -> None:
        """End the wait as if its time were up: another caller gets the place."""
        self.is_over = True
        self._woken.set()

    def wake(self) -> None:
        """Let the caller ask now."""
        self._woken.set()

    def take(self, value: Hashable) -> None:
        """Wake the caller if *value* is not the last one."""
        if value != self._last:
            self._last = value
            self._woken.set()


class WaitingRoom:
    """Lets as many callers wait at the same time as *room* has places, 8 of them for one user."""

    def __init__(self, read_pending: ReadPending, room: Room, *, period: float = PERIOD) -> None:
        self._read_pending = read_pending
        self._room = room
        self._period = period
        self._waiters: set[Waiter] = set()
        self._lock = threading.Lock()
        self._is_reading = False
        self._is_closed = False

    @property
    def places(self) -> int:
        """How many callers may wait at the same time."""
        return self._room.places

    def close(self) -> None:
        """End all waits with what there is, and refuse further ones."""
        with self._lock:
            self._is_closed = True
            waiters = tuple(self._waiters)
        for waiter in waiters:
            waiter.give_up()

    def wait(
        self, user: str, ask: Callable[[], T | None], seconds: float, client: str = UNKNOWN
    ) -> T | None:
        """Call *ask* after each change for *user* until it returns a value, and when time is up.

        Returns that value, or None; None also if another client gets the place of *client*. A
        change before the call is not missed: the first read counts as a change. Time is measured
        by the monotonic clock. Raises :class:`RoomFull` instead of waiting if there is no place; an
        exception of *ask* ends the wait and is raised.
        """
        with self.place(user, client) as waiter:
            return waiter.until(ask, seconds)

    def wake(self, user: str) -> None:
        """Wake the callers that wait for *user* now, since something changed in this process."""
        with self._lock:
            waiters = [waiter for waiter in self._waiters if waiter.user == user]
        for waiter in waiters:
            waiter.wake()

    @contextmanager
    def place(self, user: str, client: str = UNKNOWN, turn: str = "") -> Iterator[Waiter]:
        """Hold a place inside the block; raises :class:`RoomFull` if there is none.

        Of callers with the same *turn*, the newest one waits, and the wait of the one before is
        over: its client has gone, or will not look at the answer.
        """
        waiter = Waiter(user, turn)
        with self._lock:
            if turn:
                self._end_turn(turn)
            self._enter(waiter, client)
            self._waiters.add(waiter)
            self._start_reading()
        try:
            yield waiter
        finally:
            with self._lock:
                self._leave(waiter)

    def _end_turn(self, turn: str) -> None:
        for waiter in [each for each in self._waiters if each.turn == turn]:
            self._leave(waiter)
            waiter.give_up()

    def must_have_place(self, user: str, client: str) -> None:
        """Raise :class:`RoomFull` if a wait that begins now would get no place."""
        with self._lock:
            if not self._admits(user) or not self._room.has_place_for(client):
                raise _full()

    def _admits(self, user: str) -> bool:
        of_user = sum(each.user == user for each in self._waiters)
        return not self._is_closed and of_user < MAX_PLACES_OF_ONE_USER

    def _enter(self, waiter: Waiter, client: str) -> None:
        if not self._admits(waiter.user):
            raise _full()
        try:
            waiter.place = self._room.enter(client, waiter.give_up)
        except NoPlace:
            raise _full() from None

    def _leave(self, waiter: Waiter) -> None:
        self._waiters.discard(waiter)
        if waiter.place is not None:
            self._room.leave(waiter.place)

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

    def _read_once(self, waiters: tuple[Waiter, ...]) -> None:
        try:
            pending = self._read_pending(frozenset(waiter.user for waiter in waiters))
        except TallystickError:
            self._wake_all()  # each caller asks for itself and gets the error itself
            return
        for waiter in waiters:
            waiter.take(pending.get(waiter.user))

    def _present(self) -> tuple[Waiter, ...]:
        with self._lock:
            self._is_reading = bool(self._waiters)
            return tuple(self._waiters)

    def _wake_all(self) -> None:
        with self._lock:
            waiters = tuple(self._waiters)
        for waiter in waiters:
            waiter.wake()


def _full() -> RoomFull:
    return RoomFull("Too many requests wait for phones", "Ask again in a few seconds")
