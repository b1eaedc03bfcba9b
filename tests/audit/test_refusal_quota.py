"""Refusals beyond a rate are counted: strangers cannot fill the sign-in log."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from idp.audit.refusal_quota import (
    BURST,
    CLIENT_BURST,
    CLIENT_SECONDS_PER_ROW,
    MAX_CLIENTS,
    SECONDS_BETWEEN_SUMMARIES,
    SECONDS_PER_ROW,
    RefusalQuota,
)


class Time:
    seconds = 10_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def quota(time):
    return RefusalQuota(time)


@pytest.fixture
def names():
    """Clients that never come again, so that only the limit of all counts."""
    return map("client {}".format, count())


@pytest.fixture
def admitted(names):
    return lambda quota, times: sum(quota.admits(next(names)) for _ in range(times))


def admitted_of(quota, client: str, times: int) -> int:
    return sum(quota.admits(client) for _ in range(times))


# One client


def test_a_noisy_client_does_not_keep_the_refusals_of_another_out(quota):
    assert admitted_of(quota, "noisy", 10 * BURST) == CLIENT_BURST
    assert admitted_of(quota, "quiet", 5) == 5


def test_a_client_gets_one_more_after_each_interval_and_at_most_its_burst(quota, time):
    admitted_of(quota, "noisy", BURST)
    time.seconds += CLIENT_SECONDS_PER_ROW
    assert admitted_of(quota, "noisy", 10) == 1
    time.seconds += 10 * BURST * CLIENT_SECONDS_PER_ROW
    assert admitted_of(quota, "noisy", BURST) == CLIENT_BURST


def test_only_so_many_clients_are_remembered(quota, admitted):
    admitted_of(quota, "noisy", CLIENT_BURST)
    admitted(quota, 3 * MAX_CLIENTS)
    assert len(quota._clients) == MAX_CLIENTS


# All clients together


def test_a_burst_is_stored_one_by_one_and_no_more(quota, admitted):
    assert admitted(quota, BURST) == BURST
    assert admitted(quota, 500) == 0


def test_one_more_is_stored_after_each_interval(quota, time, admitted):
    admitted(quota, BURST)
    time.seconds += SECONDS_PER_ROW
    assert admitted(quota, 10) == 1
    time.seconds += SECONDS_PER_ROW / 2
    assert admitted(quota, 10) == 0
    time.seconds += SECONDS_PER_ROW / 2
    assert admitted(quota, 10) == 1


def test_quiet_time_brings_a_burst_back_and_not_more(quota, time, admitted):
    admitted(quota, BURST)
    time.seconds += 10 * BURST * SECONDS_PER_ROW
    assert admitted(quota, 2 * BURST) == BURST


def test_a_flood_of_a_day_is_stored_at_the_steady_rate(quota, time, admitted):
    stored = admitted(quota, BURST)
    for _ in range(24 * 60):
        time.seconds += 60
        stored += admitted(quota, 195 * 6)

    assert stored == BURST + 24 * 3600 / SECONDS_PER_ROW


def test_what_was_counted_is_reported_once_a_minute_and_completely(quota, time, admitted):
    assert quota.take_counted() == 0
    admitted(quota, BURST + 7)
    assert quota.take_counted() == 0

    time.seconds += SECONDS_BETWEEN_SUMMARIES
    assert quota.take_counted() == 7
    assert quota.take_counted() == 0

    admitted(quota, 100)
    time.seconds += SECONDS_BETWEEN_SUMMARIES / 2
    assert quota.take_counted() == 0
    time.seconds += SECONDS_BETWEEN_SUMMARIES / 2
    assert quota.take_counted() == 100 - SECONDS_BETWEEN_SUMMARIES / SECONDS_PER_ROW


def test_of_many_at_once_exactly_the_burst_is_stored(quota, admitted):
    with ThreadPoolExecutor(8) as threads:
        stored = sum(threads.map(lambda _: admitted(quota, 200), range(16)))

    assert stored == BURST
