"""Places for the posts of adapters that hang: ``adapter.contract.WaitingPlaces`` of one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from adapter.contract import MAX_WAIT_SECONDS, NoWaitingPlace
from adapter.mfa.push.factor import PushFactor
from idp.admission import Room, client_of
from idp.mfa.waiting import RoomFull, Waiter, WaitingRoom

T = TypeVar("T")

SECONDS_BETWEEN_QUESTIONS = 1.0
"""How often an adapter is asked whose answer does not come from a phone of ours."""


class AdapterPlaces:
    """The places, which are those of *room*; a change of the user's requests on phones wakes."""

    def __init__(self, push: PushFactor, *, room: Room) -> None:
        self._room = WaitingRoom(push.pending_ids, room)

    @property
    def number(self) -> int:
        """How many posts may hang at the same time."""
        return self._room.places

    @contextmanager
    def place(self, user: str, *, sign_in: str, client: str) -> Iterator[AdapterPlace]:
        """Take a place until the block ends. Raises :class:`~adapter.contract.NoWaitingPlace`."""
        with ExitStack() as held:
            try:
                waiter = held.enter_context(self._room.place(user, client_of(client), sign_in))
            except RoomFull as full:
                raise NoWaitingPlace(full.problem) from None
            yield AdapterPlace(waiter)

    def close(self) -> None:
        """End all waits, and refuse further ones."""
        self._room.close()


class AdapterPlace:
    """One of the places."""

    def __init__(self, waiter: Waiter) -> None:
        self._waiter = waiter

    def until(self, ask: Callable[[], T | None], seconds: float) -> T | None:
        """Hang until *ask* returns a value; None after *seconds*, or if the wait ends early."""
        if not 0 < seconds <= MAX_WAIT_SECONDS:
            raise ValueError(f"seconds is {seconds}; give more than 0, at most {MAX_WAIT_SECONDS}")
        return self._waiter.until(ask, seconds, SECONDS_BETWEEN_QUESTIONS)

    def until_change(self, ask: Callable[[], T | None], seconds: float) -> T | None:
        """Do the same, but call *ask* only when the user's requests on phones have changed."""
        return self._waiter.until(ask, seconds)
