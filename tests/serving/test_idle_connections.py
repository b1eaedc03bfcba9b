"""Over raw sockets, behind each web server: idle connections of one client keep nobody out.

The embedded server has a thread for each connection, and no limit that they could reach.
"""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from support.servers.engine_server import read_reply

ENGINES_OF_MODULE = ("granian", "waitress")
TOO_MANY = 1050
"""More than a process takes at a time."""
FLOODING = "127.0.0.2"
HALF_A_HEAD = b"GET /adfs/probe HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize("sent", [b"", HALF_A_HEAD], ids=["idle", "half-a-head"])
def test_another_client_is_answered_although_one_holds_too_many(engine_server, sent):
    get = engine_server.head([engine_server.host, ("Connection", "close")], "GET", "/adfs/probe")
    with ExitStack() as held:
        for _ in range(TOO_MANY):
            held.enter_context(engine_server.connect(FLOODING)).sendall(sent)

        assert engine_server.send(get).status == 200


def test_a_head_that_never_ends_has_a_deadline(engine_server):
    with engine_server.connect() as slow:
        slow.sendall(HALF_A_HEAD)
        assert read_reply(slow).status in (0, 408)
