"""Strangers cannot fill the log with refused requests, nor keep others out of it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from idp.audit.row_budget import MAX_CLIENT_ROWS_A_MINUTE, MAX_ROWS_A_MINUTE, RowBudget

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CLIENTS = st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2", "", "x"])


def test_one_client_leaves_rows_for_others_and_gets_new_ones_in_the_next_minute():
    budget = RowBudget()

    taken = [budget.take("192.0.2.1", NOON) for _ in range(100)]
    assert sum(taken) == MAX_CLIENT_ROWS_A_MINUTE
    assert budget.take("192.0.2.2", NOON)
    assert budget.take("192.0.2.1", NOON + timedelta(minutes=1))


def test_a_network_of_ipv6_addresses_is_one_client():
    budget = RowBudget()

    taken = [budget.take(f"2001:db8:0:1::{number:x}", NOON) for number in range(100)]
    assert sum(taken) == MAX_CLIENT_ROWS_A_MINUTE
    assert budget.take("2001:db8:0:2::1", NOON)
    mapped = [budget.take(f"::ffff:192.0.2.{number}", NOON) for number in range(9)]
    assert all(mapped)


@given(st.lists(st.tuples(st.integers(0, 300), CLIENTS), max_size=400))
def test_no_minute_has_more_rows_than_the_limits(asked):
    budget, stored = RowBudget(), Counter()
    for second, client in sorted(asked):
        if budget.take(client, NOON + timedelta(seconds=second)):
            stored[second // 60, client] += 1

    assert all(count <= MAX_CLIENT_ROWS_A_MINUTE for count in stored.values())


def test_many_clients_together_are_limited():
    budget = RowBudget()

    taken = [budget.take(f"10.0.{number // 250}.{number % 250}", NOON) for number in range(1000)]
    assert sum(taken) == MAX_ROWS_A_MINUTE
