"""Phones wait in a bounded room and hold no worker beyond it; news reach them at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from phone_host import BOB, running

from adapter.errors import TallystickError
from idp.authenticator.waiting import RoomFull, WaitingRoom

LONG = 20


class Board:
    """What is pending for each user, as a database would tell it."""

    def __init__(self) -> None:
        self.pending: dict[str, str] = {}
        self.looks: list[frozenset[str]] = []
        self.fault: Exception | None = None
        self.looked = threading.Event()

    def look(self, users: frozenset[str]) -> dict[str, str]:
        self.looks.append(users)
        self.looked.set()
        if self.fault is not None:
            raise self.fault
        return {user: self.pending[user] for user in users if user in self.pending}

    def ask(self, user: str) -> Callable[[], str | None]:
        return lambda: self.pending.get(user)


@pytest.fixture
def board():
    return Board()


@pytest.fixture
def threads():
    with ThreadPoolExecutor(32) as pool:
        yield pool


def room_of(board: Board, places: int = 32, period: float = 0.005) -> WaitingRoom:
    return WaitingRoom(board.look, places=places, period=period)


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread does; fail after a while."""
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.002)


def pump_runs() -> bool:
    return any(thread.name == "phone pump" for thread in threading.enumerate())


def test_a_waiting_phone_hears_of_a_request_that_another_node_stored(board, threads):
    room = room_of(board)
    waiting = threads.submit(room.wait, "alice", board.ask("alice"), LONG)
    until(lambda: board.looked.is_set())
    board.pending["alice"] = "1"
    assert waiting.result(5) == "1"


def test_what_came_before_the_wait_is_not_missed(board):
    """Between the caller's own look and the room's first there is no gap."""
    board.pending["alice"] = "1"
    assert room_of(board).wait("alice", board.ask("alice"), LONG) == "1"


def test_a_phone_hears_nothing_of_other_users(board, threads):
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
    assert 0.1 <= time.monotonic() - begun < 2


def test_a_full_room_turns_phones_away_and_a_free_place_is_given_again(board, threads):
    room = room_of(board, places=2)
    waiting = [threads.submit(room.wait, name, board.ask(name), LONG) for name in ("a", "b")]
    until(lambda: board.looks and len(board.looks[-1]) == 2)
    with pytest.raises(RoomFull):
        room.wait("c", board.ask("c"), LONG)
    board.pending.update(a="1", b="2", c="3")
    assert [each.result(5) for each in waiting] == ["1", "2"]
    assert room.wait("c", board.ask("c"), LONG) == "3"


def test_no_user_takes_all_places(board, threads):
    room = room_of(board)
    waiting = [threads.submit(room.wait, "a", board.ask("a"), LONG) for _ in range(8)]
    until(lambda: len(room._seats) == 8)
    with pytest.raises(RoomFull):
        room.wait("a", board.ask("a"), LONG)
    assert room.wait("b", board.ask("b"), 0.05) is None
    board.pending["a"] = "1"
    assert [each.result(5) for each in waiting] == ["1"] * 8


def test_one_pump_looks_for_everybody_and_ends_with_the_last_phone(board, threads):
    until(lambda: not pump_runs())
    room = room_of(board)
    names = [f"user-{n}" for n in range(20)]
    waiting = [threads.submit(room.wait, name, board.ask(name), LONG) for name in names]
    until(lambda: board.looks and len(board.looks[-1]) == 20)
    assert sum(thread.name == "phone pump" for thread in threading.enumerate()) == 1
    board.pending.update(dict.fromkeys(names, "1"))
    assert [each.result(5) for each in waiting] == ["1"] * 20
    until(lambda: not pump_runs())


def test_a_fault_of_the_store_is_the_callers_and_the_pump_goes_on(board, threads):
    room = room_of(board)
    board.fault = TallystickError("gone")

    def ask():
        if board.fault:
            raise board.fault

    with pytest.raises(TallystickError, match="gone"):
        room.wait("alice", ask, LONG)
    waiting = threads.submit(room.wait, "alice", board.ask("alice"), LONG)
    board.fault = None
    board.pending["alice"] = "1"
    assert waiting.result(5) == "1"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_pump_that_died_is_followed_by_another(board):
    room = room_of(board)
    board.fault = ZeroDivisionError()
    assert room.wait("alice", lambda: None, 0.05) is None
    until(lambda: not pump_runs())
    board.fault = None
    board.pending["alice"] = "1"
    assert room.wait("alice", board.ask("alice"), LONG) == "1"


def test_an_answer_in_this_process_wakes_the_users_other_phones_at_once(board, threads):
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


# The same over HTTP


def test_a_phone_that_waits_is_told_within_a_second(host, hand, threads):
    waiting = threads.submit(hand.call, "GET", "pending?wait=25")
    until(pump_runs)
    begun = time.monotonic()
    started = host.push()
    (told,) = waiting.result(10).json()["requests"]
    assert told["id"] == started.challenge.id
    assert time.monotonic() - begun < 1


def test_a_request_that_was_seen_is_waited_beyond(host, hand, threads):
    """The page knows the first request and hears at once that a newer one replaced it."""
    first = host.push().challenge.id
    waiting = threads.submit(hand.call, "GET", f"pending?wait=25&seen={first}")
    until(pump_runs)
    second = host.push().challenge.id
    assert [told["id"] for told in waiting.result(10).json()["requests"]] == [second]


def test_a_request_answered_on_one_phone_ends_on_the_other_at_once(host, hand, threads):
    started = host.push("approve_deny")
    waiting = threads.submit(hand.call, "GET", f"pending?wait=25&seen={started.challenge.id}")
    until(pump_runs)
    host.phone(name="second").deny()
    assert waiting.result(10).json()["requests"] == []


def test_a_wait_without_news_ends_with_an_empty_list(hand):
    assert hand.call("GET", "pending?wait=1").json()["requests"] == []


def test_a_user_disabled_during_the_wait_is_told_nothing(host, hand, threads):
    waiting = threads.submit(hand.call, "GET", "pending?wait=25")
    until(pump_runs)
    host.services.directory.disable(hand_user(hand))
    host.push()
    assert waiting.result(10).json()["error"] == "user_disabled"


def hand_user(hand):
    return hand.host.services.mfa_store.device(hand.device).user


def test_no_more_than_three_quarters_of_the_threads_wait(tmp_path, threads):
    from authenticator_hands import hand_of

    with running(tmp_path, threads=4) as host:
        alice, bob = hand_of(host, host.phone()), hand_of(host, host.phone(BOB))
        waiting = [threads.submit(patiently, alice) for _ in range(3)]
        until(lambda: bob.call("GET", "pending?wait=1").status_code == 204)
        turned_away = bob.call("GET", "pending?wait=25")
        assert (turned_away.status_code, turned_away.content) == (204, b"")
        assert turned_away.headers["Retry-After"] == "1"
        assert bob.call("GET", "account").status_code == 200
        host.push("approve_deny", BOB)
        assert len(bob.call("GET", "pending?wait=25").json()["requests"]) == 1
        host.push()
        assert all(len(each.result(10).json()["requests"]) == 1 for each in waiting)


def patiently(hand):
    """Wait for news as a phone does: one that is turned away comes again."""
    while (answer := hand.call("GET", "pending?wait=25")).status_code == 204:
        pass
    return answer
