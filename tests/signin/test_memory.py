"""What strangers send leaves nothing behind: caches are bounded by our data, not by theirs."""

from __future__ import annotations

import gc
import tracemalloc
from itertools import pairwise

import pytest

from idp import logs
from idp.app import create_app

REQUESTS = 250
ROUNDS = 5
AT_MOST = REQUESTS * 512


class Nowhere:
    """A log that keeps nothing."""

    def write(self, _text: str) -> None:
        """Take a line."""

    def flush(self) -> None:
        """Nothing is held."""


@pytest.fixture
def client(federation):
    app = create_app(federation.services.config, services=federation.services)
    logs.configure(stream=Nowhere())
    yield app.test_client(use_cookies=False)
    logs.configure()


def test_malformed_requests_leave_memory_flat(client, federation, easy):
    def send(turn: int) -> None:
        unknown = easy.fields(issuer=f"urn:nobody:{turn}")
        client.get(easy.url(issuer=f"urn:nobody:{turn}").removeprefix(federation.url))
        client.post("/adfs/ls/", data=unknown | {"RelayState": f"x{turn}"})
        client.post("/adfs/ls/", data={"SAMLRequest": f"{turn}<"})
        client.post("/adfs/ls/", data={"Context": f"c{turn}", f"field{turn}": "x"})
        client.get(f"/adfs/ls/idpinitiatedsignon?loginToRp=urn:{turn}&a{turn}=b")
        client.get(f"/adfs/adapter/A{turn}/f{turn}.css", headers={"Cookie": f"c{turn}=d{turn}"})
        client.get(f"/adfs/nowhere/{turn}")

    def size_after(first: int) -> int:
        for turn in range(first, first + REQUESTS):
            send(turn)
        gc.collect()
        size, _ = tracemalloc.get_traced_memory()
        return size

    tracemalloc.start()
    try:
        sizes = [size_after(turn * REQUESTS) for turn in range(ROUNDS)]
    finally:
        tracemalloc.stop()

    # What is loaded once makes one round grow; what is kept of each request, every one.
    assert min(after - before for before, after in pairwise(sizes)) < AT_MOST


def test_unknown_names_leave_no_rows_behind(client, federation, easy):
    path = easy.url().removeprefix(federation.url)
    for turn in range(30):
        fields = {"UserName": f"nobody{turn}@example.test", "Password": "x"}
        assert client.post(path, data=fields).status_code == 200
    assert [user.upn for user in federation.services.directory.list()] == [federation.user.name]
