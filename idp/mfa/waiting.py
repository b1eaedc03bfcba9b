"""Where phones wait for a request: a bounded room, and one pump that looks for all of them.

A waiting phone holds a thread that sleeps. Every tenth of a second the pump looks once at what is
pending for the users waited for, whichever node stored it, and wakes those whose requests changed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from adapter.errors import TallystickError

T = TypeVar("T")
Look = Callable[[frozenset[str]], Mapping[str, Hashable]]
"""Given users, tells what is pending for each: any values that differ when it changed."""

PERIOD = 0.1
PLACES_OF_ONE_USER = 8
"""So that no user alone can fill the room; a wait that was given up keeps its place to the end."""


class RoomFull(TallystickError):
    """Raised when every place is taken: the phone asks again a little later."""

    code = "room_full"


class _Seat:
    """One waiting phone: what the pump last saw for its user, and its bell."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.bell = threading.Event()
        self._seen: Hashable = self  # equals nothing the pump can see: its first look always rings

    def notice(self, pending: Hashable) -> None:
        """Ring when *pending* is not what it was."""
        if pending != self._seen:
            self._seen = pending
            self.bell.set()


class WaitingRoom:
    """Lets at most *places* callers wait for news about their users."""

    def __init__(self, look: Look, *, places: int, period: float = PERIOD) -> None:
        self._look = look
        self._places = places
        self._period = period
        self._seats: set[_Seat] = set()
        self._lock = threading.Lock()
        self._pumping = False
        self._is_closed = False

    def close(self) -> None:
        """Send everybody away with what there is, and let nobody wait any more."""
        self._is_closed = True
        self._ring_all()

    def wait(self, user: str, ask: Callable[[], T | None], seconds: float) -> T | None:
        """Call *ask* after each change, until it returns something, and once when time is up.

        What changed before the call is seen, too: the pump's first look always counts as a change.
        The time is the monotonic clock's. Raises :class:`RoomFull` instead of taking a place
        beyond the bound; what *ask* raises ends the wait.
        """
        deadline = time.monotonic() + seconds
        with self._seat(user) as seat:
            while seat.bell.wait(max(0, deadline - time.monotonic())):
                seat.bell.clear()
                if (answer := ask()) is not None or self._is_closed:
                    return answer
        return ask()

    def wake(self, user: str) -> None:
        """Ring for the phones of *user* now: something changed in this process."""
        with self._lock:
            seats = [seat for seat in self._seats if seat.user == user]
        for seat in seats:
            seat.bell.set()

    @contextmanager
    def _seat(self, user: str) -> Iterator[_Seat]:
        seat = _Seat(user)
        with self._lock:
            if self._is_full_for(user):
                raise RoomFull("Too many phones wait", "Ask again in a second")
            self._seats.add(seat)
            self._start_pump()
        try:
            yield seat
        finally:
            with self._lock:
                self._seats.discard(seat)

    def _is_full_for(self, user: str) -> bool:
        of_user = sum(seat.user == user for seat in self._seats)
        is_full = len(self._seats) >= self._places or of_user >= PLACES_OF_ONE_USER
        return is_full or self._is_closed

    def _start_pump(self) -> None:
        if not self._pumping:
            self._pumping = True
            threading.Thread(target=self._pump, name="phone pump", daemon=True).start()

    def _pump(self) -> None:
        """Look and ring until nobody waits."""
        while seats := self._waiting():
            try:
                self._look_once(seats)
            except BaseException:
                self._pumping = False  # the next phone that comes starts another pump
                raise
            time.sleep(self._period)

    def _look_once(self, seats: tuple[_Seat, ...]) -> None:
        try:
            pending = self._look(frozenset(seat.user for seat in seats))
        except TallystickError:
            self._ring_all()  # each caller asks for itself and meets the fault itself
            return
        for seat in seats:
            seat.notice(pending.get(seat.user))

    def _waiting(self) -> tuple[_Seat, ...]:
        with self._lock:
            self._pumping = bool(self._seats)
            return tuple(self._seats)

    def _ring_all(self) -> None:
        with self._lock:
            seats = tuple(self._seats)
        for seat in seats:
            seat.bell.set()
