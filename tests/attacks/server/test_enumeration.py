"""Who tries names learns nothing of which there are: not by what is said, nor by how long it takes.

What is said is the same for every failure: ``tests/signin/test_passwords.py``.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import replace

import pytest

from idp.app import create_app
from idp.directory import Directory, PasswordHasher
from idp.store.users import SqlUserStore

ROUNDS = 7
GENEROUS = 2.5
"""A sign-in that skips the hash takes a fifth of the time, or less."""

TRIES = {
    "wrong password": ("user@example.test", "wrong"),
    "unknown user": ("nobody@example.test", "wrong"),
    "unknown domain": ("OTHER\\user", "wrong"),
    "no name": ("", "wrong"),
    "a name that is none": ("@", "wrong"),
    "disabled, right password": ("disabled@example.test", "correct horse"),
    "disabled, wrong password": ("disabled@example.test", "wrong"),
    "locked, right password": ("locked@example.test", "correct horse"),
    "locked, wrong password": ("locked@example.test", "wrong"),
    "no password": ("user@example.test", ""),
    "257 characters": ("user@example.test", "x" * 257),
    "a megabyte": ("user@example.test", "x" * 1_000_000),
    "a megabyte, unknown user": ("nobody@example.test", "x" * 1_000_000),
}


@pytest.fixture
def cost_of(federation, easy):
    """Say how many seconds of this thread's processor a try takes, with passwords as serve has."""
    services = federation.services
    directory = Directory(SqlUserStore(services.database), services.clock, PasswordHasher())
    directory.set_password("user@example.test", "correct horse")
    for name in ("disabled@example.test", "locked@example.test"):
        directory.add(name, "correct horse")
    directory.disable("disabled@example.test")
    for _ in range(10):
        directory.check_password("locked@example.test", "wrong")
    app = create_app(services.config, services=replace(services, directory=directory))
    client, target = app.test_client(), easy.url().removeprefix(federation.url)

    client.get(target)  # so that templates are compiled

    def cost_of(name: str, password: str) -> float:
        began = time.thread_time()
        answer = client.post(target, data={"UserName": name, "Password": password})
        took = time.thread_time() - began
        assert answer.status_code == 200
        assert "passwordInput" in answer.text
        return took

    return cost_of


def test_no_failure_is_quicker_or_slower_than_another(cost_of, federation):
    """Processor time, not the clock on the wall: whatever else the machine does is not in it."""
    costs: dict[str, list[float]] = {name: [] for name in TRIES}
    for _ in range(ROUNDS):
        federation.clock.advance(3)  # a lock of this moment is waited for, whoever's it is
        for name, tried in TRIES.items():
            costs[name].append(cost_of(*tried))

    medians = {name: statistics.median(times) for name, times in costs.items()}

    assert max(medians.values()) < GENEROUS * min(medians.values()), medians
