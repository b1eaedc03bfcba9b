"""Threads of a test, and waiting for what they do: for events, and for no length of time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import pytest
from support.nets import NET_SECONDS

from idp.mfa.waiting import WaitingRoom

T = TypeVar("T")


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Threads of a test, for what waits."""
    with ThreadPoolExecutor(32) as pool:
        yield pool


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """Do *work* in so many threads that all begin together; each is given its number."""
    begin = threading.Barrier(count)

    def start(number: int) -> T:
        begin.wait(NET_SECONDS)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(start, range(count)))


class Notes(Generic[T]):
    """What threads have noted, in its order; other threads can wait for it."""

    def __init__(self) -> None:
        self.all: list[T] = []
        self._changed = threading.Condition()

    def add(self, note: T) -> None:
        with self._changed:
            self.all.append(note)
            self._changed.notify_all()

    def wait_for(self, condition: Callable[[list[T]], object]) -> None:
        """Wait until *condition* holds of all notes."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self.all), NET_SECONDS), self.all

    def wait_for_next(self) -> None:
        """Wait for one more note than there is now."""
        count = len(self.all)
        self.wait_for(lambda notes: len(notes) > count)


@pytest.fixture
def room_reads(monkeypatch: pytest.MonkeyPatch) -> Notes[int]:
    """Notes every read of a waiting room in this process once it has ended: how many waited."""
    notes: Notes[int] = Notes()
    read_once = WaitingRoom._read_once

    def noted(room: WaitingRoom, waiters: tuple[object, ...]) -> None:
        read_once(room, waiters)
        notes.add(len(waiters))

    monkeypatch.setattr(WaitingRoom, "_read_once", noted)
    return notes


@pytest.fixture
def endless_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the time of waiting callers never be up: whoever gets an answer was woken."""
    wait = WaitingRoom.wait
    monkeypatch.setattr(
        WaitingRoom,
        "wait",
        lambda room, user, ask, _seconds, *client: wait(room, user, ask, 10_000, *client),
    )


def reading_threads() -> set[threading.Thread]:
    """Return the threads that read for those who wait, one for each room that is not empty."""
    return {thread for thread in threading.enumerate() if thread.name == "waiting room"}


def must_end(threads: Iterable[threading.Thread]) -> None:
    """Wait for the end of threads."""
    for thread in threads:
        thread.join(NET_SECONDS)
        assert not thread.is_alive()
