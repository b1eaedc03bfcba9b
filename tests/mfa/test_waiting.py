"""A bounded room of waiting callers: a change reaches them at once, and none is missed."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from support.nets import NET_SECONDS
from support.tools.threads import Notes, must_end, reading_threads

from adapter.errors import TallystickError
from idp.admission import Room
from idp.mfa.waiting import RoomFull, WaitingRoom

LONG = 10_000


class Board:
    """What is pending for each user, as a database would tell it."""

    def __init__(self) -> None:
        self.pending: dict[str, str] = {}
        self.reads: Notes[frozenset[str]] = Notes()
        self.fault: Exception | None = None

    def read(self, users: frozenset[str]) -> dict[str, str]:
        self.reads.add(users)
        if self.fault is not None:
            raise self.fault
        return {user: self.pending[user] for user in users if user in self.pending}

    def ask(self, user: str) -> Callable[[], str | None]:
        return lambda: self.pending.get(user)


@pytest.fixture
def board():
    return Board()


def room_of(board: Board, places: int = 32, period: float = 0.005) -> WaitingRoom:
    return WaitingRoom(board.read, Room(places), period=period)


def test_a_change_on_another_node_ends_the_wait(board, threads):
    room = room_of(board)
    waiting = threads.submit(room.wait, "alice", board.ask("alice"), LONG)
    board.reads.wait_for(bool)
    board.pending["alice"] = "1"
    assert waiting.result(NET_SECONDS) == "1"


def test_a_change_before_the_wait_is_not_missed(board):
    """Between the caller's own look and the room's first there is no gap."""
    board.pending["alice"] = "1"
    assert room_of(board).wait("alice", board.ask("alice"), LONG) == "1"


def test_a_change_for_another_user_wakes_nobody(board, threads):
    room = room_of(board)
    asked = Notes()
    waiting = threads.submit(room.wait, "bob", lambda: asked.add("bob"), LONG)
    asked.wait_for(bool)
    board.pending["alice"] = "1"
    for _ in range(3):
        board.reads.wait_for_next()
    room.close()
    assert waiting.result(NET_SECONDS) is None
    assert len(asked.all) == 2  # at the first read, and when the room was closed


def test_the_wait_ends_when_its_time_is_up(board):
    begun = time.monotonic()
    assert room_of(board).wait("alice", lambda: None, 0.1) is None
    assert time.monotonic() - begun >= 0.1


def test_a_full_room_turns_callers_away_and_a_free_place_is_given_again(board, threads):
    room = room_of(board, places=2)
    waiting = [threads.submit(room.wait, name, board.ask(name), LONG) for name in ("a", "b")]
    board.reads.wait_for(lambda reads: reads and len(reads[-1]) == 2)
    with pytest.raises(RoomFull):
        room.wait("c", board.ask("c"), LONG)
    board.pending.update(a="1", b="2", c="3")
    assert [each.result(NET_SECONDS) for each in waiting] == ["1", "2"]
    assert room.wait("c", board.ask("c"), LONG) == "3"


def test_no_user_takes_all_places(board, threads):
    room = room_of(board)
    asked = Notes()

    def ask():
        asked.add("a")
        return board.pending.get("a")

    waiting = [threads.submit(room.wait, "a", ask, LONG) for _ in range(8)]
    asked.wait_for(lambda all_: len(all_) == 8)
    with pytest.raises(RoomFull):
        room.wait("a", board.ask("a"), LONG)
    assert room.wait("b", board.ask("b"), 0.05) is None
    board.pending["a"] = "1"
    assert [each.result(NET_SECONDS) for each in waiting] == ["1"] * 8


def test_one_thread_reads_for_all_and_ends_with_the_last_caller(board, threads):
    before = reading_threads()
    room = room_of(board)
    names = [f"user-{n}" for n in range(20)]
    waiting = [threads.submit(room.wait, name, board.ask(name), LONG) for name in names]
    board.reads.wait_for(lambda reads: reads and len(reads[-1]) == 20)
    reading = reading_threads() - before
    assert len(reading) == 1
    board.pending.update(dict.fromkeys(names, "1"))
    assert [each.result(NET_SECONDS) for each in waiting] == ["1"] * 20
    must_end(reading)


def test_an_error_of_the_store_reaches_the_caller_and_reading_goes_on(board, threads):
    room = room_of(board)
    board.fault = TallystickError("gone")

    def ask():
        if board.fault:
            raise board.fault

    with pytest.raises(TallystickError, match="gone"):
        threads.submit(room.wait, "alice", ask, LONG).result(NET_SECONDS)
    waiting = threads.submit(room.wait, "alice", board.ask("alice"), LONG)
    board.fault = None
    board.pending["alice"] = "1"
    assert waiting.result(NET_SECONDS) == "1"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_reading_thread_that_died_is_followed_by_another(board, threads):
    before = reading_threads()
    room = room_of(board)
    board.fault = ZeroDivisionError()
    assert room.wait("alice", lambda: None, 0.05) is None
    must_end(reading_threads() - before)
    board.fault = None
    board.pending["alice"] = "1"
    waiting = threads.submit(room.wait, "alice", board.ask("alice"), LONG)
    assert waiting.result(NET_SECONDS) == "1"


def test_a_change_in_this_process_wakes_the_callers_of_its_user_at_once(board, threads):
    room = room_of(board, period=10_000)
    asked = Notes()
    answers = iter([None, "over"])

    def ask():
        asked.add("alice")
        return next(answers)

    waiting = threads.submit(room.wait, "alice", ask, LONG)
    asked.wait_for(bool)
    room.wake("bob")
    room.wake("alice")
    assert waiting.result(NET_SECONDS) == "over"


def test_a_room_that_closes_ends_all_waits_and_refuses_further_ones(board, threads):
    room = room_of(board)
    waiting = threads.submit(room.wait, "alice", board.ask("alice"), LONG)
    board.reads.wait_for(bool)

    room.close()

    assert waiting.result(NET_SECONDS) is None
    with pytest.raises(RoomFull):
        room.wait("alice", board.ask("alice"), LONG)


def test_a_client_that_takes_every_place_gives_one_to_another(board, threads):
    """Its newest wait ends as if its time were up."""
    room = room_of(board, places=2)
    old = threads.submit(room.wait, "a", board.ask("a"), LONG, "192.0.2.1")
    board.reads.wait_for(lambda reads: reads and len(reads[-1]) == 1)
    new = threads.submit(room.wait, "b", board.ask("b"), LONG, "192.0.2.1")
    board.reads.wait_for(lambda reads: reads and len(reads[-1]) == 2)

    other = threads.submit(room.wait, "c", board.ask("c"), LONG, "192.0.2.2")

    assert new.result(NET_SECONDS) is None
    board.pending.update(a="1", c="3")
    assert [old.result(NET_SECONDS), other.result(NET_SECONDS)] == ["1", "3"]
