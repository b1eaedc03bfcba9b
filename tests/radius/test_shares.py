"""Places that clients share: no client takes so many that another one finds none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from idp.radius.shares import Shares

PLACES = 100


def take_all(shares: Shares, client: str) -> int:
    """Take what *client* is given, and return how many."""
    taken = 0
    while shares.take(client):
        taken += 1
    return taken


def test_a_client_alone_has_nearly_all():
    assert take_all(Shares(PLACES), "a") == 90


def test_two_that_flood_leave_places_for_a_third():
    shares = Shares(PLACES)
    take_all(shares, "a")
    take_all(shares, "b")

    assert shares.take("c")


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans())))
def test_places_are_neither_lost_nor_made(steps):
    shares, taken = Shares(10), []
    for client, is_back in steps:
        if is_back and client in taken:
            taken.remove(client)
            shares.give_back(client)
        elif shares.take(client):
            taken.append(client)
        assert len(taken) <= 10
    for client in taken:
        shares.give_back(client)
    assert take_all(shares, "e") == 9
