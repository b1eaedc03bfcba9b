"""Over raw sockets, behind each web server: a slow body ends, and nothing of it is processed."""

from __future__ import annotations

import socket

import pytest
from support.servers.engine_server import read_reply

SERVE = {"body_seconds": 2}


@pytest.mark.parametrize("sent", [0, 20], ids=["nothing", "half"])
def test_a_body_that_does_not_go_on_is_refused(engine_server, sent):
    before = engine_server.tries()
    head, _, body = engine_server.form().partition(b"\r\n\r\n")

    reply = engine_server.send(head + b"\r\n\r\n" + body[:sent])

    assert (reply.status, reply.code) == (408, "body_too_slow")
    assert engine_server.tries() == before


def test_a_body_that_trickles_in_is_refused(engine_server):
    """Another byte is sent whenever the server has said nothing for a while."""
    before = engine_server.tries()
    head, _, body = engine_server.form(b"UserName=" + b"x" * 5000).partition(b"\r\n\r\n")
    with engine_server.connect() as connection:
        connection.sendall(head + b"\r\n\r\n")
        sent = 0
        while not is_answered(connection):
            connection.sendall(body[sent : sent + 1])
            sent += 1

        assert read_reply(connection).code == "body_too_slow"
    assert sent < len(body)
    assert engine_server.tries() == before


def is_answered(connection: socket.socket) -> bool:
    """Return whether the server says something soon."""
    connection.settimeout(0.1)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except TimeoutError:
        return False
    finally:
        connection.settimeout(90)
    return True


def test_others_are_served_meanwhile(engine_server):
    head, _, _body = engine_server.form().partition(b"\r\n\r\n")
    with engine_server.connect() as slow:
        slow.sendall(head + b"\r\n\r\n")

        assert engine_server.send(engine_server.form()).status == 200
        assert read_reply(slow).code == "body_too_slow"
