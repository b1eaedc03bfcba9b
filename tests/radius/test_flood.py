"""Random and mutated datagrams over UDP: none harms the loop, and none stays in memory."""

from __future__ import annotations

import tracemalloc
from random import Random

import pytest
from support.radius.client import CHALLENGE

from bench.radius_load import flood, mutants

DATAGRAMS = 2_000
MAX_GROWTH = 4 * 2**20
"""Bytes: answers are remembered for ten seconds, and this process also keeps the log lines."""


@pytest.fixture
def user(federation):
    return federation.add_user(totp=True)


def test_a_flood_of_mutants_leaves_the_server_as_it_was(radius, vpn, new_vpn, user, lines, caplog):
    stranger = new_vpn()
    random = Random(11)  # noqa: S311 - the same kinds each time

    def send(*datagrams: bytes) -> None:
        for data in datagrams:
            stranger.send(data)

    def check() -> None:
        assert vpn.ask(vpn.pap(user.name, user.password)).code == CHALLENGE

    flood(mutants(random, DATAGRAMS, radius.secret), send, check)
    tracemalloc.start()
    try:
        flood(mutants(random, DATAGRAMS, radius.secret), send, check)
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert grown < MAX_GROWTH
    events = [line["event"] for line in lines.all()]
    assert "radius_dropped" in events
    assert "radius_failed" not in events
    assert [record for record in caplog.records if record.name == "asyncio"] == []
