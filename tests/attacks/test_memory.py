"""Strangers who fill the memory: nothing that is kept grows by what requests bring."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from support.attacks import malformed_messages

from idp.app import create_app

MESSAGES = 100_000
REQUESTS = 100
ROUNDS = 10
A_LITTLE = 3_000  # KiB; thirty bytes of each message kept would be as much


@pytest.mark.timeout(600)  # on whatever machine
def test_a_hundred_thousand_malformed_messages_leave_memory_flat():
    """All that a process had when a tenth of them were refused is about all that it ever needs."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, malformed_messages.__file__, str(MESSAGES)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )

    grown = json.loads(done.stdout)
    assert len(grown) == 10
    assert max(grown) < A_LITTLE, grown


STRANGERS = (
    lambda n: {"path": f"/n{n}/x"},
    lambda n: {"path": f"/adfs/adapter/n{n}/n{n}.css"},
    lambda n: {"path": f"/adfs/ls/?SAMLRequest={n}&RelayState={n}"},
    lambda n: {"path": f"/adfs/ls/idpinitiatedsignon?loginToRp=urn:n{n}"},
    lambda n: {"path": "/adfs/probe", "headers": {"Accept-Language": f"x-n{n}"}},
    lambda n: {"path": "/adfs/probe", "headers": {"Host": f"n{n}.example.test"}},
    lambda n: {"path": "/adfs/probe", "headers": {"Cookie": f"n{n}={n}; MSISAuth={n}"}},
    lambda n: {"path": "/adfs/probe", "headers": {"X-Forwarded-For": f"192.0.2.{n % 256}"}},
    lambda n: {"path": "/adfs/ls/", "method": "POST", "data": {"SamlSession": f"n{n}"}},
    lambda n: {"path": "/adfs/ls/", "method": "POST", "data": {"Context": f"n{n}"}},
    lambda n: {"path": f"/authenticator/api/pending?wait=0&n{n}={n}"},
    lambda n: {"path": "/authenticator/api/activate", "method": "POST", "json": {f"n{n}": n}},
    lambda n: {"path": f"/admin/api/nodes/n{n}", "headers": {"Authorization": f"Bearer n{n}"}},
)


@pytest.fixture
def client(federation):
    return create_app(federation.services.config, services=federation.services).test_client()


def leaves_nothing_behind(client, request) -> bool:
    """Return whether sending *request*(1), *request*(2), … makes the process no larger.

    One value kept of each request would be a block more for each, in every round.
    """

    def blocks_after(first: int) -> int:
        for n in range(first, first + REQUESTS):
            with client.open(**request(n)) as answer:
                assert answer.status_code < 500
        gc.collect()
        return sys.getallocatedblocks()

    # What is loaded once, and caches that have an end, grow at first.
    sizes = (blocks_after(10_000 * turn) for turn in range(1, ROUNDS))

    return any(after - before < REQUESTS / 2 for before, after in pairwise(sizes))


@pytest.mark.parametrize("kind", range(len(STRANGERS)))
def test_a_stranger_of_every_kind_leaves_nothing_behind(kind, client):
    assert leaves_nothing_behind(client, STRANGERS[kind])


def test_well_formed_requests_of_unknown_issuers_leave_nothing_behind(client, easy):
    def redirect(n: int) -> dict[str, object]:
        return {"path": easy.url(issuer=f"urn:nobody:{n}").removeprefix(easy.federation.url)}

    def post(n: int) -> dict[str, object]:
        fields = easy.fields(issuer=f"urn:nobody:{n}") | {"RelayState": f"x{n}"}
        return {"path": "/adfs/ls/", "method": "POST", "data": fields}

    assert leaves_nothing_behind(client, redirect)
    assert leaves_nothing_behind(client, post)


def test_unknown_names_leave_no_rows_behind(client, federation, easy):
    path = easy.url().removeprefix(federation.url)
    for turn in range(30):
        fields = {"UserName": f"nobody{turn}@example.test", "Password": "x"}
        assert client.post(path, data=fields).status_code == 200
    assert [user.upn for user in federation.services.directory.list()] == [federation.user.name]
