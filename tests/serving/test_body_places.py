"""Over raw sockets: places for waiting bodies are shared between the clients that a proxy names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from support.servers.engine_server import FORM, WRONG, RawReply, read_reply

from idp.admission import MAX_BODIES

ENGINES_OF_MODULE = ("granian", "waitress")
SETTINGS = '[proxies]\nreverse_proxies = ["127.0.0.1"]\n'
SERVE = {"body_seconds": 120}
NEWCOMER = "203.0.113.9"
LONG = b"&x=" + b"y" * 30_000


@pytest.fixture
def begin(engine_server) -> Iterator[Callable]:
    """Begin a form of a client that the proxy names, and return the connection."""
    with ExitStack() as connections:

        def begin_form(client: str, body: bytes = WRONG + LONG):
            connection = connections.enter_context(engine_server.connect())
            connection.sendall(engine_server.head(lines(engine_server, client, body)))
            assert connection.recv(100).startswith(b"HTTP/1.1 100")
            return connection

        yield begin_form


def lines(server, client: str, body: bytes) -> list[tuple[str, str]]:
    return [
        server.host,
        FORM,
        ("Content-Length", str(len(body))),
        ("X-Forwarded-For", client),
        ("Expect", "100-continue"),
        ("Connection", "close"),
    ]


def post(server, client: str, body: bytes) -> RawReply:
    """Post a form that arrives at once."""
    return server.send(server.head(lines(server, client, body)) + body)


def probe(server) -> RawReply:
    return server.send(server.head([server.host, ("Connection", "close")], "GET", "/adfs/probe"))


@pytest.mark.parametrize("client", ["198.51.100.1", "2001:db8::{number:x}"], ids=["IPv4", "IPv6"])
def test_a_client_that_takes_every_place_loses_one_to_each_newcomer(engine_server, begin, client):
    flood = [begin(client.format(number=number)) for number in range(1, MAX_BODIES + 1)]
    assert (probe(engine_server).status, probe(engine_server).body) == (200, "full: bodies\n")

    newcomer = begin(NEWCOMER)
    assert read_reply(flood[-1]).code == "too_many_bodies"
    newcomer.sendall(WRONG + LONG)

    assert read_reply(newcomer).status == 200
    assert engine_server.tries()[-1] == NEWCOMER


def test_a_room_full_of_different_clients_is_full(engine_server, begin):
    """A short body that comes with its headers needs no place; the probe sends others elsewhere."""
    waiting = [begin(f"198.51.100.{number}") for number in range(MAX_BODIES)]

    assert post(engine_server, NEWCOMER, WRONG).status == 200
    head = engine_server.head(lines(engine_server, NEWCOMER, WRONG + LONG))
    assert engine_server.send(head).code == "too_many_bodies"
    full = probe(engine_server)
    assert (full.status, full.code) == (503, "room_full")
    assert "retry-after: " in full.head.lower()

    for connection in waiting:
        connection.close()
    assert probe_until_free(engine_server).body == ""


def probe_until_free(server) -> RawReply:
    """Ask until the server has noticed that the connections have ended."""
    while (reply := probe(server)).body:
        pass
    return reply
