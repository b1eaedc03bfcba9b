"""Wrong tokens, counted by client."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from idp.admin.tries import CLIENTS, WINDOW, WRONG, Tries

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def wrong(tries: Tries, now: datetime = NOW, client: str = "192.0.2.1") -> bool:
    return tries.judge(client, now, right=False)


def test_ten_wrong_tokens_a_minute_are_looked_at_and_no_more():
    tries = Tries()

    assert all(wrong(tries) for _ in range(WRONG))
    assert not wrong(tries, NOW + WINDOW - timedelta(microseconds=1))
    assert not tries.judge("192.0.2.1", NOW, right=True)
    assert wrong(tries, NOW + WINDOW)


def test_another_client_is_not_hindered():
    tries = Tries()
    for _ in range(WRONG + 1):
        wrong(tries)

    assert wrong(tries, client="192.0.2.2")


def test_right_tokens_cost_nothing():
    tries = Tries()

    assert all(tries.judge("192.0.2.1", NOW, right=True) for _ in range(3 * WRONG))
    assert all(wrong(tries) for _ in range(WRONG))


def test_parallel_tries_get_ten_looks_together():
    tries = Tries()
    with ThreadPoolExecutor(16) as pool:
        granted = list(pool.map(lambda _: wrong(tries), range(200)))

    assert sum(granted) == WRONG


def test_memory_is_bounded_by_us_and_not_by_the_clients():
    tries = Tries()
    for number in range(CLIENTS + 500):
        wrong(tries, client=f"client {number}")

    assert len(tries._wrong) == CLIENTS
