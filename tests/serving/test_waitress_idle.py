"""Which idle connection goes: an overdue one, or one of the client that holds the most."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from waitress.channel import HTTPChannel

from idp.serving.waitress_idle import HEAD_SECONDS, LOOK_SECONDS, IdleConnections
from idp.serving.waitress_requests import Channel

LIMIT = 4


@dataclass(eq=False)
class Connection:
    """As much of waitress's channel as is looked at."""

    host: str
    channels: dict[int, Any]
    requests: list[Any] = field(default_factory=list)
    request: Any = None
    total_outbufs_len: int = 0
    begun: int = 0

    def __post_init__(self) -> None:
        self.addr = (self.host, 1)
        self.channels[id(self)] = self

    def handle_close(self) -> None:
        del self.channels[id(self)]


class Clock:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def channels():
    return {}


@pytest.fixture
def idle(channels, clock):
    return IdleConnections(channels, LIMIT, clock)


def hosts(channels) -> list[str]:
    return [each.host for each in channels.values()]


def test_the_client_with_the_most_loses_the_one_that_waits_longest(idle, channels, clock):
    first = Connection("192.0.2.1", channels)
    idle.close_some()
    clock.seconds += LOOK_SECONDS
    Connection("192.0.2.1", channels)
    Connection("192.0.2.1", channels)
    Connection("192.0.2.2", channels)
    idle.close_some()
    Connection("192.0.2.3", channels)

    idle.close_some()

    assert first not in channels.values()
    assert sorted(hosts(channels)) == ["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.3"]


def test_the_addresses_of_an_ipv6_network_are_one_client(idle, channels):
    for number in range(3):
        Connection(f"2001:db8::{number:x}", channels)
    Connection("192.0.2.2", channels)
    Connection("192.0.2.2", channels)

    idle.close_some()

    assert hosts(channels).count("192.0.2.2") == 2


def test_what_waits_for_a_head_too_long_goes_and_nothing_else(idle, channels, clock):
    Connection("idle", channels)
    Connection("half-a-head", channels, request=SimpleNamespace(headers_finished=False))
    Connection("body", channels, request=SimpleNamespace(headers_finished=True))
    Connection("running", channels, requests=["one"])
    idle.close_some()
    clock.seconds += HEAD_SECONDS - 1
    idle.close_some()
    assert len(channels) == 4
    clock.seconds += 1

    idle.close_some()

    assert hosts(channels) == ["body", "running"]


def test_a_request_in_between_begins_the_time_anew(idle, channels, clock):
    connection = Connection("192.0.2.1", channels)
    idle.close_some()
    clock.seconds += HEAD_SECONDS - 1
    connection.requests = ["one"]
    idle.close_some()
    connection.requests = []
    clock.seconds += 1
    idle.close_some()

    assert hosts(channels) == ["192.0.2.1"]


def test_a_request_that_no_look_has_seen_begins_the_time_anew(idle, channels, clock):
    connection = Connection("192.0.2.1", channels)
    idle.close_some()
    clock.seconds += HEAD_SECONDS - 1
    connection.begun += 1
    clock.seconds += 1
    idle.close_some()
    assert hosts(channels) == ["192.0.2.1"]
    clock.seconds += HEAD_SECONDS

    idle.close_some()

    assert channels == {}


def test_a_connection_counts_the_requests_that_it_begins(monkeypatch):
    connection = object.__new__(Channel)
    counts = []
    monkeypatch.setattr(HTTPChannel, "service", lambda self: counts.append(self.begun))
    connection.service()
    connection.service()

    assert counts == [1, 2]


def test_busy_connections_are_never_closed(idle, channels):
    for _ in range(LIMIT + 2):
        Connection("192.0.2.1", channels, requests=["one"])
    idle.close_some()
    assert len(channels) == LIMIT + 2
