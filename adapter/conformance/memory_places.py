"""Waiting places in memory, in which nothing waits: for the kit, and for an author's own tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from adapter.contract import MAX_WAIT_SECONDS, NoWaitingPlace

T = TypeVar("T")


class MemoryPlaces:
    """``adapter.contract.WaitingPlaces`` for tests: each wait asks once and ends.

    While ``refuses`` is true, no place is free.
    """

    def __init__(self) -> None:
        self.refuses = False

    @contextmanager
    def place(self, user: str, *, sign_in: str, client: str) -> Iterator[MemoryPlace]:
        """Give a place, or raise :class:`~adapter.contract.NoWaitingPlace`."""
        for given in (user, sign_in, client):
            if not isinstance(given, str):
                raise TypeError("user, sign_in and client are texts")
        if self.refuses:
            raise NoWaitingPlace
        yield MemoryPlace()


class MemoryPlace:
    """One of the places."""

    def until(self, ask: Callable[[], T | None], seconds: float) -> T | None:
        """Return what *ask* returns now."""
        if not 0 < seconds <= MAX_WAIT_SECONDS:
            raise ValueError(f"seconds is {seconds}; give more than 0, at most {MAX_WAIT_SECONDS}")
        return ask()
