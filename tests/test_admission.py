"""Places are shared evenly: whoever holds fewer gets one of whoever holds the most."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.admission import (
    Admission,
    NoPlace,
    Room,
    client_of,
    places_for_answers,
    places_for_passwords,
    places_for_phones,
)
from idp.config import WORKER_THREADS

CLIENTS = st.sampled_from("abcd")


class Crowd:
    """Clients in a room, and what they still hold by their own account."""

    def __init__(self, places: int) -> None:
        self.room = Room(places)
        self.places = []

    def enter(self, client: str) -> None:
        place = None

        def give_up() -> None:
            self.places.remove(place)

        place = self.room.enter(client, give_up)
        self.places.append(place)

    def held(self) -> Counter[str]:
        return Counter(place.client for place in self.places)


@given(st.integers(1, 6), st.lists(st.tuples(CLIENTS, st.booleans())))
def test_a_client_is_only_refused_where_nobody_holds_more(places, steps):
    crowd = Crowd(places)
    for client, leaves in steps:
        held = crowd.held()
        if leaves and crowd.places:
            crowd.room.leave(crowd.places.pop(0))
            continue
        try:
            crowd.enter(client)
        except NoPlace:
            assert held.total() == places
            assert held[client] + 1 >= max(held.values())
        assert crowd.held().total() <= places
        assert crowd.room.is_full() == (crowd.held().total() == places)
        everyone_has_one = set(crowd.held().values()) == {1}
        assert crowd.room.is_closed_to_newcomers() == (crowd.room.is_full() and everyone_has_one)


def test_a_flood_leaves_each_newcomer_its_even_share():
    crowd = Crowd(12)
    for client in "a" * 12 + "b" * 12 + "c" * 12:
        with suppress(NoPlace):
            crowd.enter(client)

    assert sorted(crowd.held().values()) in ([4, 4, 4], [3, 4, 5])


def test_a_place_that_went_to_somebody_else_cannot_be_given_back():
    room = Room(2)
    first, second = room.enter("a", lambda: None), room.enter("a", lambda: None)
    other = room.enter("b", lambda: None)
    room.leave(second)

    assert room.is_full()
    for place in (first, other):
        room.leave(place)
    assert not room.is_full()


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("", "unknown"),
        ("<b>", "unknown"),
    ],
)
def test_a_client_is_an_ipv4_address_or_the_64_bits_of_an_ipv6_one(address, client):
    assert client_of(address) == client


@given(st.integers(4, 5000))
def test_what_waits_never_takes_all_threads(threads):
    rooms = (places_for_phones, places_for_answers, places_for_passwords)
    assert sum(places(threads) for places in rooms) <= threads


def test_a_server_holds_two_hundred_sign_ins_that_hang():
    assert places_for_answers(WORKER_THREADS) == 200


def test_the_rooms_fit_the_threads_that_there_are():
    admission = Admission(400, passwords=Room(1))
    admission.fit(24)

    rooms = (admission.phones, admission.answers, admission.passwords)
    assert [room.places for room in rooms] == [12, 8, 2]
