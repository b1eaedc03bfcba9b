"""Tries, counted by client, whichever process of the farm they come to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from idp.session.rate_limit import RateLimit
from idp.store.maintenance import GRACE, purge
from idp.store.used_once import SqlUsedOnce

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MAX_TRIES, WINDOW = 10, timedelta(minutes=1)


@pytest.fixture
def once(database) -> SqlUsedOnce:
    return SqlUsedOnce(database)


@pytest.fixture
def tries(once) -> RateLimit:
    return RateLimit(once, "sample", MAX_TRIES, WINDOW)


def count(tries: RateLimit, now: datetime = NOW, client: str = "192.0.2.1") -> bool:
    return tries.count(client, now)


def test_ten_tries_a_minute_are_granted_and_no_more(tries):
    assert all(count(tries) for _ in range(MAX_TRIES))
    assert not count(tries, NOW + WINDOW - timedelta(microseconds=1))
    assert count(tries, NOW + WINDOW)


def test_another_client_is_not_limited(tries):
    for _ in range(MAX_TRIES + 1):
        count(tries)

    assert count(tries, client="192.0.2.2")


def test_addresses_of_one_ipv6_network_are_one_client(tries):
    for number in range(MAX_TRIES):
        assert count(tries, client=f"2001:db8:1:2::{number:x}")

    assert not count(tries, client="2001:db8:1:2:ffff::1")
    assert count(tries, client="2001:db8:1:3::1")


def test_limits_of_different_kinds_do_not_share_tries(tries, once):
    for _ in range(MAX_TRIES + 1):
        count(tries)

    assert count(RateLimit(once, "another", MAX_TRIES, WINDOW))


def test_parallel_tries_at_several_nodes_get_ten_looks_together(open_database):
    nodes = [RateLimit(SqlUsedOnce(open_database()), "sample", MAX_TRIES, WINDOW) for _ in range(4)]

    with ThreadPoolExecutor(16) as pool:
        granted = list(pool.map(lambda number: count(nodes[number % 4]), range(100)))

    assert sum(granted) == MAX_TRIES


def test_counted_tries_are_forgotten(tries, database):
    count(tries)

    assert purge(database, NOW + WINDOW + GRACE + timedelta(microseconds=1)).used_once == 1
