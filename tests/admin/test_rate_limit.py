"""Wrong tokens, counted by client, whichever process of the farm they were given to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from idp.admin.rate_limit import MAX_WRONG, WINDOW, RateLimit
from idp.store.used_once import SqlUsedOnce

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def tries(once) -> RateLimit:
    return RateLimit(once)


def wrong(tries: RateLimit, now: datetime = NOW, client: str = "192.0.2.1") -> bool:
    return tries.count_wrong(client, now)


def test_ten_wrong_tokens_a_minute_are_looked_at_and_no_more(tries):
    assert all(wrong(tries) for _ in range(MAX_WRONG))
    assert not wrong(tries, NOW + WINDOW - timedelta(microseconds=1))
    assert wrong(tries, NOW + WINDOW)


def test_another_client_is_not_limited(tries):
    for _ in range(MAX_WRONG + 1):
        wrong(tries)

    assert wrong(tries, client="192.0.2.2")


def test_parallel_tries_at_several_nodes_get_ten_looks_together(open_database):
    nodes = [RateLimit(SqlUsedOnce(open_database())) for _ in range(4)]

    with ThreadPoolExecutor(16) as pool:
        granted = list(pool.map(lambda number: wrong(nodes[number % 4]), range(100)))

    assert sum(granted) == MAX_WRONG


def test_counted_tries_are_forgotten(tries, once):
    wrong(tries)

    assert once.purge(NOW + WINDOW + timedelta(microseconds=1)) == 1
