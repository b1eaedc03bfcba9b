"""Over raw sockets, behind each web server: only a body that arrives whole, and soon, counts."""

from __future__ import annotations

import pytest
from support.servers.engine_server import FORM, WRONG, read_reply

from idp.web.body_limits import MAX_BODY_LENGTH


@pytest.mark.parametrize("missing", [1, len(WRONG) - 1, len(WRONG)])
def test_a_body_that_breaks_off_is_refused_and_nothing_runs(engine_server, missing):
    before = engine_server.tries()
    request = engine_server.form()

    reply = engine_server.send(request[: len(request) - missing], end=True)

    assert (reply.status, reply.code) == (400, "body_incomplete")
    assert engine_server.tries() == before


def test_a_body_that_breaks_off_in_a_later_packet_is_refused(engine_server):
    before = engine_server.tries()
    head, _, body = engine_server.form().partition(b"\r\n\r\n")
    with engine_server.connect() as connection:
        connection.sendall(
            head.replace(b"Connection: close", b"Expect: 100-continue") + b"\r\n\r\n"
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 100")  # now the server waits for it
        connection.sendall(body[:5])
        connection.shutdown(1)

        assert read_reply(connection).code == "body_incomplete"
    assert engine_server.tries() == before


@pytest.mark.parametrize("extra", [(), (("Content-Length", "47"),)])
def test_a_chunked_body_is_refused(engine_server, extra):
    before = engine_server.tries()
    lines = [engine_server.host, FORM, *extra, ("Transfer-Encoding", "chunked")]
    chunk = f"{len(WRONG):x}\r\n".encode() + WRONG + b"\r\n0\r\n\r\n"

    reply = engine_server.send(engine_server.head(lines) + chunk)

    # RFC 9112 section 6.3 calls both together an error, and some HTTP libraries say so first.
    assert (reply.status, reply.code) == (411, "length_required") or (extra and reply.status == 400)
    assert engine_server.tries() == before


def test_a_whole_body_is_read_also_in_pieces(engine_server):
    before = len(engine_server.tries())
    request = engine_server.form()
    with engine_server.connect() as connection:
        for at in range(0, len(request), 40):
            connection.sendall(request[at : at + 40])

        assert read_reply(connection).status == 200
    assert len(engine_server.tries()) == before + 1


def test_the_largest_body_is_read_and_a_larger_one_is_refused(engine_server):
    padding = b"&x=" + b"y" * (MAX_BODY_LENGTH - len(WRONG) - 3)
    before = len(engine_server.tries())

    assert engine_server.send(engine_server.form(WRONG + padding)).status == 200
    assert len(engine_server.tries()) == before + 1
    more = engine_server.send(engine_server.form(WRONG + padding + b"z"), end=True)
    assert more.status == 413
    assert len(engine_server.tries()) == before + 1


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_page_without_a_body_is_answered_with_the_head_that_fits(engine_server, method):
    lines = [engine_server.host, ("Connection", "close")]
    reply = engine_server.send(engine_server.head(lines, method, "/static/tallystick.css"))

    length = int(reply.head.lower().partition("content-length: ")[2].split()[0])
    assert reply.status == 200
    assert length > 0
    assert len(reply.body) == (0 if method == "HEAD" else length)


def test_what_has_not_changed_is_answered_304_without_a_body(engine_server):
    target = "/static/tallystick.css"
    lines = [engine_server.host, ("Connection", "close")]
    head = engine_server.send(engine_server.head(lines, "HEAD", target)).head
    tag = next(line for line in head.splitlines() if line.lower().startswith("etag: "))[6:]

    reply = engine_server.send(engine_server.head([*lines, ("If-None-Match", tag)], "GET", target))

    assert (reply.status, reply.body) == (304, "")


@pytest.mark.parametrize("path", ["/%ff", "/%2e%2e/%00", "/a%20b?q=%zz&%ff", "/%E2%82%AC"])
def test_odd_paths_are_answered(engine_server, path):
    lines = [engine_server.host, ("Connection", "close")]

    assert engine_server.send(engine_server.head(lines, "GET", path)).status == 404


def test_the_query_of_a_redirect_is_unchanged(engine_server):
    lines = [engine_server.host, ("Connection", "close")]
    query = "SAMLRequest=a%2bb%2Bc&RelayState=%7e~%C3%A9"

    reply = engine_server.send(engine_server.head(lines, "GET", f"/ADFS/ls/?{query}"))

    assert reply.status == 308
    assert f"/adfs/ls/?{query}\r\n" in f"{reply.head}\r\n"
