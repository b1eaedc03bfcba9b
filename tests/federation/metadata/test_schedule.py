"""When metadata is fetched again, and that of several nodes one does it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from support.clock import NOON

from idp.federation.metadata.schedule import (
    MIN_INTERVAL,
    PendingUpdate,
    RefreshState,
    next_attempt,
    next_fetch,
)
from idp.saml.validity import Validity
from idp.store.refreshes import SqlRefreshStore

DAY = timedelta(days=1)


@pytest.fixture
def refreshes(database):
    return SqlRefreshStore(database)


@pytest.mark.parametrize(
    ("validity", "wait"),
    [
        (Validity(), DAY),
        (Validity(cache_duration=timedelta(hours=6)), timedelta(hours=6)),
        (Validity(cache_duration=timedelta(days=7)), DAY),
        (Validity(cache_duration=timedelta(seconds=1)), MIN_INTERVAL),
        (Validity(valid_until=NOON + timedelta(hours=8)), timedelta(hours=4)),
        (Validity(valid_until=NOON + timedelta(seconds=1)), MIN_INTERVAL),
    ],
)
def test_metadata_is_fetched_again_after_a_day_or_as_it_says(validity, wait):
    assert next_fetch(NOON, DAY, validity) == NOON + wait


def test_failures_are_tried_again_ever_more_rarely():
    waits = [next_attempt(NOON, DAY, failures) - NOON for failures in (1, 2, 3, 9, 10, 1000)]

    assert waits == [timedelta(minutes=each) for each in (5, 10, 20, 1280, 1440, 1440)]


@pytest.mark.parametrize(
    "state",
    [
        RefreshState(NOON),
        RefreshState(NOON, 3, NOON, NOON, "it did not answer"),
        RefreshState(NOON, held=PendingUpdate(b"<x/>", ("one", "two"))),
        RefreshState(
            NOON, held=PendingUpdate(b"<x/>", ("one",), Validity(NOON, timedelta(hours=1)))
        ),
    ],
)
def test_a_stored_state_is_read_back_whole(refreshes, state):
    refreshes.save("urn:a", state)

    assert refreshes.state("urn:a") == state
    assert refreshes.states() == {"urn:a": state}
    refreshes.forget("urn:a")
    assert refreshes.state("urn:a") is None


def test_a_due_refresh_is_claimed_once_and_again_when_the_lease_is_over(refreshes):
    refreshes.save("urn:a", RefreshState(NOON))
    refreshes.save("urn:b", RefreshState(NOON + DAY))
    until = NOON + timedelta(minutes=10)

    assert refreshes.claim_due(NOON - timedelta(seconds=1), until) is None
    assert refreshes.claim_due(NOON, until) == "urn:a"
    assert refreshes.claim_due(NOON, until) is None
    assert refreshes.claim_due(until, until + timedelta(minutes=10)) == "urn:a"


def test_of_several_nodes_that_look_at_once_one_gets_each(refreshes, open_database):
    for number in range(10):
        refreshes.save(f"urn:{number}", RefreshState(NOON))
    stores = (refreshes, SqlRefreshStore(open_database()))

    with ThreadPoolExecutor(8) as pool:
        claimed = list(
            pool.map(lambda turn: stores[turn % 2].claim_due(NOON, NOON + DAY), range(60))
        )

    found = [entity_id for entity_id in claimed if entity_id is not None]
    assert len(found) == len(set(found)) == 10
