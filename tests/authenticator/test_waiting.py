"""Phones wait in a bounded room and hold no worker beyond it; news reach them at once."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete
from support.phones.phone_host import ALICE, BOB, running
from support.phones.signed_phone import hand_of

from adapter.errors import TallystickError
from idp.mfa.waiting import RoomFull, WaitingRoom
from idp.store.schema import devices

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


def pumps() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "phone pump"}


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
    assert time.monotonic() - begun >= 0.1


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
    before = pumps()
    room = room_of(board)
    names = [f"user-{n}" for n in range(20)]
    waiting = [threads.submit(room.wait, name, board.ask(name), LONG) for name in names]
    until(lambda: board.looks and len(board.looks[-1]) == 20)
    assert len(pumps() - before) == 1
    board.pending.update(dict.fromkeys(names, "1"))
    assert [each.result(5) for each in waiting] == ["1"] * 20
    until(lambda: not pumps() - before)


def test_a_fault_of_the_store_is_the_callers_and_the_pump_goes_on(board, threads):
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
def test_a_pump_that_died_is_followed_by_another(board, threads):
    before = pumps()
    room = room_of(board)
    board.fault = ZeroDivisionError()
    assert room.wait("alice", lambda: None, 0.05) is None
    until(lambda: not pumps() - before)
    board.fault = None
    board.pending["alice"] = "1"
    waiting = threads.submit(room.wait, "alice", board.ask("alice"), LONG)
    assert waiting.result(5) == "1"


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


@pytest.fixture
def wait(threads):
    """Let a device wait: the answer to come, once the room has looked for it."""

    def begin(hand, query="wait=25"):
        before = pumps()
        answer = threads.submit(hand.call, "GET", f"pending?{query}")
        until(lambda: pumps() - before)
        return answer

    return begin


def ids(answer):
    return [told["id"] for told in answer.result(10).json()["requests"]]


def test_a_phone_that_waits_is_told_before_its_wait_is_over(host, hand, wait):
    waiting = wait(hand)
    started = host.push()
    assert ids(waiting) == [started.challenge.id]


def test_a_request_that_was_seen_is_waited_beyond(host, hand, wait):
    """The page knows the first request and hears at once that a newer one replaced it."""
    first = host.push().challenge.id
    waiting = wait(hand, f"wait=25&seen={first}")
    second = host.push().challenge.id
    assert ids(waiting) == [second]


def test_a_request_that_was_seen_is_told_again_when_nothing_changed(host, hand):
    first = host.push().challenge.id
    answer = hand.call("GET", f"pending?wait=1&seen={first}")
    assert [told["id"] for told in answer.json()["requests"]] == [first]


def test_a_request_answered_on_one_phone_ends_on_the_other_at_once(tmp_path, wait, monkeypatch):
    """Without waiting for the pump, whose next look would be in a minute."""
    slow = functools.partial(WaitingRoom, period=60)
    monkeypatch.setattr("idp.authenticator.host.WaitingRoom", slow)
    with running(tmp_path) as host:
        hand, other = hand_of(host, host.phone()), host.phone(name="second")
        started = host.push("approve_deny")
        waiting = wait(hand, f"wait=25&seen={started.challenge.id}")
        other.deny()
        assert ids(waiting) == []


def test_a_wait_without_news_ends_with_an_empty_list(hand):
    assert hand.call("GET", "pending?wait=1").json()["requests"] == []


def test_a_user_disabled_during_the_wait_is_told_nothing(host, hand, wait):
    waiting = wait(hand)
    host.services.directory.disable(ALICE)
    host.push()
    assert waiting.result(10).json()["error"] == "user_disabled"


def test_a_device_removed_during_the_wait_is_told_nothing(host, hand, wait):
    waiting = wait(hand)
    with host.services.database.write() as connection:
        connection.execute(delete(devices))
    host.push()
    assert waiting.result(10).json()["error"] == "device_unknown"


def test_no_more_than_three_quarters_of_the_threads_wait(tmp_path, threads):
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
        assert all(len(ids(each)) == 1 for each in waiting)


def patiently(hand):
    """Wait for news as a phone does: one that is turned away comes again."""
    while (answer := hand.call("GET", "pending?wait=25")).status_code == 204:
        pass
    return answer


def test_a_room_that_closes_sends_everybody_home_and_lets_nobody_in(board, threads):
    room = room_of(board)
    waiting = threads.submit(room.wait, ALICE, board.ask(ALICE), LONG)
    assert board.looked.wait(5)

    room.close()

    assert waiting.result(5) is None
    with pytest.raises(RoomFull):
        room.wait(ALICE, board.ask(ALICE), LONG)
