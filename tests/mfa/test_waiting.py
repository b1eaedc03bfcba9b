"""A bounded room of waiting callers: a change reaches them at once, and none is missed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from support.tools.threads import until, waiting_rooms

from adapter.errors import TallystickError
from idp.mfa.waiting import RoomFull, WaitingRoom

LONG = 20


class Board:
    """What is pending for each user, as a database would tell it."""

    def __init__(self) -> None:
        self.pending: dict[str, str] = {}
        self.reads: list[frozenset[str]] = []
        self.fault: Exception | None = None
        self.was_read = threading.Event()

    def read(self, users: frozenset[str]) -> dict[str, str]:
        self.reads.append(users)
        self.was_read.set()
        if self.fault is not None:
            raise self.fault
        return {user: self.pending[user] for user in users if user in self.pending}

    def ask(self, user: str) -> Callable[[], str | None]:
        return lambda: self.pending.get(user)


@pytest.fixture
def board():
    return Board()


def room_of(board: Board, places: int = 32, period: float = 0.005) -> WaitingRoom:
    return WaitingRoom(board.read, places=places, period=period)


def test_a_change_on_another_node_ends_the_wait(board, threads):
    room = room_of(board)
    waiting = threads.submit(room.wait, "alice", board.ask("alice"), LONG)
    until(lambda: board.was_read.is_set())
    board.pending["alice"] = "1"
    assert waiting.result(5) == "1"


def test_a_change_before_the_wait_is_not_missed(board):
    """Between the caller's own look and the room's first there is no gap."""
    board.pending["alice"] = "1"
    assert room_of(board).wait("alice", board.ask("alice"), LONG) == "1"


def test_a_change_for_another_user_wakes_nobody(board, threads):
    room = room_of(board)
    asked = []

    def ask():
        asked.append(board.pending.get("bob"))

    waiting = threads.submit(room.wait, "bob", ask, 0.2)
    until(lambda: asked)
    board.pending["alice"] = "1"
    assert waiting.result(5) is None
    assert len(asked) == 2  # at the first look, and when the time was up


def test_the_wait_ends_when_its_time_is_up(board):
    begun = time.monotonic()
    assert room_of(board).wait("alice", lambda: None, 0.1) is None
    assert time.monotonic() - begun >= 0.1


def test_a_full_room_turns_callers_away_and_a_free_place_is_given_again(board, threads):
    room = room_of(board, places=2)
    waiting = [threads.submit(room.wait, name, board.ask(name), LONG) for name in ("a", "b")]
    until(lambda: board.reads and len(board.reads[-1]) == 2)
    with pytest.raises(RoomFull):
        room.wait("c", board.ask("c"), LONG)
    board.pending.update(a="1", b="2", c="3")
    assert [each.result(5) for each in waiting] == ["1", "2"]
    assert room.wait("c", board.ask("c"), LONG) == "3"


def test_no_user_takes_all_places(board, threads):
    room = room_of(board)
    waiting = [threads.submit(room.wait, "a", board.ask("a"), LONG) for _ in range(8)]
    until(lambda: len(room._waiters) == 8)
    with pytest.raises(RoomFull):
        room.wait("a", board.ask("a"), LONG)
    assert room.wait("b", board.ask("b"), 0.05) is None
    board.pending["a"] = "1"
    assert [each.result(5) for each in waiting] == ["1"] * 8


def test_one_thread_reads_for_all_and_ends_with_the_last_caller(board, threads):
    before = waiting_rooms()
    room = room_of(board)
    names = [f"user-{n}" for n in range(20)]
    waiting = [threads.submit(room.wait, name, board.ask(name), LONG) for name in names]
    until(lambda: board.reads and len(board.reads[-1]) == 20)
    assert len(waiting_rooms() - before) == 1
    board.pending.update(dict.fromkeys(names, "1"))
    assert [each.result(5) for each in waiting] == ["1"] * 20
    until(lambda: not waiting_rooms() - before)


def test_an_error_of_the_store_reaches_the_caller_and_reading_goes_on(board, threads):
    room = room_of(board)
    board.fault = TallystickError("gone")

    def ask():
        if board.fault:
            raise board.fault

    with pytest.raises(TallystickError, match="gone"):
        threads.submit(room.wait, "alice", ask, LONG).result(5)
    waiting = threads.submit(room.wait, "alice", board.ask("alice"), LONG)
    board.fault = None
    board.pending["alice"] = "1"
    assert waiting.result(5) == "1"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_reading_thread_that_died_is_followed_by_another(board, threads):
    before = waiting_rooms()
    room = room_of(board)
    board.fault = ZeroDivisionError()
    assert room.wait("alice", lambda: None, 0.05) is None
    until(lambda: not waiting_rooms() - before)
    board.fault = None
    board.pending["alice"] = "1"
    waiting = threads.submit(room.wait, "alice", board.ask("alice"), LONG)
    assert waiting.result(5) == "1"


def test_a_change_in_this_process_wakes_the_callers_of_its_user_at_once(board, threads):
    room = room_of(board, period=60)
    asked = threading.Event()
    answers = iter([None, "over"])

    def ask():
        asked.set()
        return next(answers)

    waiting = threads.submit(room.wait, "alice", ask, LONG)
    assert asked.wait(5)
    room.wake("bob")
    room.wake("alice")
    assert waiting.result(5) == "over"


def test_a_room_that_closes_ends_all_waits_and_refuses_further_ones(board, threads):
    room = room_of(board)
    waiting = threads.submit(room.wait, "alice", board.ask("alice"), LONG)
    assert board.was_read.wait(5)

    room.close()

    assert waiting.result(5) is None
    with pytest.raises(RoomFull):
        room.wait("alice", board.ask("alice"), LONG)
