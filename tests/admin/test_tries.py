"""Wrong tokens, counted by client."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from idp.admin.tries import CLIENTS, WINDOW, WRONG, Tries

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_ten_wrong_tokens_a_minute_are_looked_at_and_no_more():
    tries = Tries()

    assert all(tries.debit("192.0.2.1", NOW) for _ in range(WRONG))
    assert not tries.debit("192.0.2.1", NOW + WINDOW - timedelta(microseconds=1))
    assert tries.debit("192.0.2.1", NOW + WINDOW)


def test_another_client_is_not_hindered():
    tries = Tries()
    for _ in range(WRONG + 1):
        tries.debit("192.0.2.1", NOW)

    assert tries.debit("192.0.2.2", NOW)


def test_right_tokens_cost_nothing():
    tries = Tries()

    for _ in range(3 * WRONG):
        assert tries.debit("192.0.2.1", NOW)
        tries.give_back("192.0.2.1")


def test_parallel_tries_get_ten_looks_together():
    tries = Tries()
    with ThreadPoolExecutor(16) as pool:
        granted = list(pool.map(lambda _: tries.debit("192.0.2.1", NOW), range(200)))

    assert sum(granted) == WRONG


def test_memory_is_bounded_by_us_and_not_by_the_clients():
    tries = Tries()
    for number in range(CLIENTS + 500):
        tries.debit(f"client {number}", NOW)

    assert len(tries._wrong) == CLIENTS
