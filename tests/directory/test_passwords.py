from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.nets import NET_SECONDS
from support.tools.threads import Notes

from idp.admission import Place, Room
from idp.directory.passwords import HashingBusy, PasswordHasher, is_acceptable


def _hasher(**options) -> PasswordHasher:
    return PasswordHasher(memory_kib=8, passes=1, **options)


def test_a_hash_is_argon2id_and_says_nothing():
    stored = _hasher().hash("correct horse")

    assert stored.startswith("$argon2id$")
    assert "horse" not in stored


def test_only_the_right_password_matches():
    hasher = _hasher()
    stored = hasher.hash("correct horse")

    assert hasher.matches(stored, "correct horse")
    assert not hasher.matches(stored, "Correct horse")
    assert not hasher.matches("not a hash", "correct horse")


def test_no_password_matches_a_missing_hash():
    hasher = _hasher()

    assert not hasher.matches(None, "")
    assert not hasher.matches(None, "wrong")


def test_an_accented_letter_matches_however_the_keyboard_composed_it():
    hasher = _hasher()

    assert hasher.matches(hasher.hash("pässword"), "pa\u0308ssword")


def test_a_password_that_is_no_unicode_text_is_compared_and_breaks_nothing():
    hasher = _hasher()

    assert not hasher.matches(hasher.hash("a"), "\ud800")


@pytest.mark.parametrize(
    ("password", "acceptable"), [("", False), ("x", True), ("x" * 256, True), ("x" * 257, False)]
)
def test_a_password_has_1_to_256_characters(password, acceptable):
    assert is_acceptable(password) is acceptable


def test_no_more_hash_at_once_than_there_are_slots():
    hasher = _hasher(slots=2)
    lock, now, most = threading.Lock(), 0, 0
    two_are_here = threading.Barrier(2, timeout=NET_SECONDS)

    def check(_: int) -> None:
        nonlocal now, most
        with hasher.slot():
            with lock:
                now += 1
                most = max(most, now)
            two_are_here.wait()
            hasher.hash("x")
            with lock:
                now -= 1

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(check, range(64)))

    assert (now, most) == (0, 2)


def test_a_check_that_would_wait_too_long_is_refused_and_frees_its_place():
    hasher = _hasher(slots=1, room=Room(1), patience=0.01)
    with hasher.slot():
        for _ in range(3):
            with pytest.raises(HashingBusy), hasher.slot():
                pass

    with hasher.slot():
        pass


def test_a_full_queue_refuses_at_once():
    hasher = _hasher(slots=1, room=Room(0), patience=60)

    with hasher.slot(), pytest.raises(HashingBusy), hasher.slot():
        pass


class NotedRoom(Room):
    """A room that notes who has come."""

    def __init__(self, places: int) -> None:
        super().__init__(places)
        self.came: Notes[str] = Notes()

    def enter(self, client: str, give_up: Callable[[], None]) -> Place:
        place = super().enter(client, give_up)
        self.came.add(client)
        return place


def test_the_client_with_the_shortest_queue_is_next(threads):
    """One client has eight waiting; whoever comes later with one goes first."""
    room, done = NotedRoom(10), []
    hasher = _hasher(slots=1, room=room, patience=NET_SECONDS)

    def check(client: str) -> None:
        with hasher.slot(client):
            done.append(client)

    with hasher.slot():
        checks = []
        for client in ["flood"] * 8 + ["a", "b"]:
            checks.append(threads.submit(check, client))
            room.came.wait_for(lambda came: len(came) == len(checks))
    for each in checks:
        each.result(NET_SECONDS)

    assert done == ["a", "b"] + ["flood"] * 8


def test_a_client_that_takes_every_place_gives_one_to_another(threads):
    room, busy = NotedRoom(3), Notes()
    hasher = _hasher(slots=1, room=room, patience=NET_SECONDS)

    def check(client: str) -> None:
        try:
            with hasher.slot(client):
                pass
        except HashingBusy:
            busy.add(client)

    with hasher.slot():
        for number in range(1, 4):
            threads.submit(check, "flood")
            room.came.wait_for(lambda came, number=number: len(came) == number)
        other = threads.submit(check, "other")
        busy.wait_for(bool)

    assert other.result(NET_SECONDS) is None
    assert busy.all == ["flood"]
