"""Fetching metadata: from a real server on loopback, which is where it must not go by default."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ssl import SSLContext

import pytest
from support.certificates.authority import make_authority
from werkzeug import Request, Response
from werkzeug.serving import make_server

from adapter.errors import TallystickError
from idp.management.metadata import addresses
from idp.management.metadata.remote import MAX_BYTES, fetch

Answer = Callable[[Request], Response]


@contextmanager
def serving(answer: Answer, tls: SSLContext | None = None) -> Iterator[str]:
    """Run a web server; yields its address."""
    application = Request.application(answer)
    server = make_server("127.0.0.1", 0, application, threaded=True, ssl_context=tls)
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def refusal(url: str, **rules: object) -> TallystickError:
    with pytest.raises(TallystickError) as caught:
        fetch(url, **{"allow_http": True, "allow_private": True, **rules})
    return caught.value


@pytest.fixture
def visits() -> list[str]:
    return []


@pytest.fixture
def address(visits: list[str]) -> Iterator[str]:
    def answer(request: Request) -> Response:
        visits.append(request.path)
        if request.path.startswith("/to/"):
            return Response(status=302, headers={"Location": request.args["url"]})
        if request.path == "/round":
            return Response(status=302, headers={"Location": "/round"})
        if request.path == "/large":
            return Response(b"x" * (MAX_BYTES + 1))
        if request.path == "/folded":
            return Response(b"x", headers={"Content-Encoding": "gzip"})
        if request.path == "/missing":
            return Response("secret of an inner page", status=404)
        return Response(b"<metadata/>")

    with serving(answer) as url:
        yield url


def test_metadata_is_fetched_where_the_configuration_allows_the_address(address):
    assert fetch(f"{address}/m", allow_http=True, allow_private=True) == b"<metadata/>"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "0"])
def test_loopback_is_refused_in_every_spelling_before_anything_is_sent(host, address, visits):
    port = address.rpartition(":")[2]

    error = refusal(f"http://{host}:{port}/m", allow_private=False)

    assert error.code == "private_address"
    assert visits == []


def test_a_redirect_to_a_private_address_is_not_followed(address, visits, monkeypatch):
    monkeypatch.setattr(addresses, "is_public", lambda text: text == "127.0.0.1")

    error = refusal(f"{address}/to/?url=http://[::1]:9/secret", allow_private=False)

    assert error.code == "private_address"
    assert visits == ["/to/"]


def test_a_redirect_is_followed_and_its_scheme_judged_again(address):
    assert fetch(f"{address}/to/?url=/m", allow_http=True, allow_private=True) == b"<metadata/>"
    assert refusal(f"{address}/to/?url=file:///etc/passwd").code == "metadata_not_fetched"


def test_redirects_in_a_circle_come_to_an_end(address, visits):
    assert "too often" in refusal(f"{address}/round").problem
    assert len(visits) == 4


def test_a_name_that_changes_after_it_was_judged_gains_nothing(address, visits, monkeypatch):
    """The name is resolved once, and the judged address is the one connected to (rebinding)."""
    port = int(address.rpartition(":")[2])
    real = socket.getaddrinfo
    answers = iter(["203.0.113.7", "127.0.0.1"])
    asked = []

    def resolve(host, *args, **extra):
        if host != "rebound.example":
            return real(host, *args, **extra)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(addresses, "is_public", lambda text: text == "203.0.113.7")

    refusal(f"http://rebound.example:{port}/m", allow_private=False, time_limit=0.5)

    assert asked == ["rebound.example"]
    assert visits == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(address, monkeypatch):
    def resolve(host, port, *args, **extra):
        return [(socket.AF_INET, 1, 6, "", (ip, port)) for ip in ("8.8.8.8", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    assert refusal("http://both.example/m", allow_private=False).code == "private_address"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://sp.example/m",
        "gopher://sp.example/m",
        "https://user:secret@sp.example/m",
        "https://",
        "https://[::1/m",
        "https://sp.example:port/m",
    ],
)
def test_an_address_of_another_kind_is_refused(url):
    error = refusal(url)

    assert error.code == "metadata_not_fetched"
    assert "secret" not in str(error)


def test_plain_http_needs_to_be_allowed(address):
    assert refusal(f"{address}/m", allow_http=False).code == "metadata_not_fetched"


@pytest.mark.parametrize("path", ["/large", "/folded", "/missing"])
def test_an_answer_that_is_too_large_compressed_or_an_error_is_refused_unrepeated(path, address):
    error = refusal(address + path)

    assert error.code == "metadata_not_fetched"
    assert "secret" not in str(error)


def test_a_proxy_of_the_environment_is_not_asked(address, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert fetch(f"{address}/m", allow_http=True, allow_private=True) == b"<metadata/>"


def test_over_tls_the_certificate_must_be_good_for_the_name(tmp_path, monkeypatch):
    """The connection goes to a judged address, and still asks for the name's certificate."""
    authority = make_authority(tmp_path)
    tls = authority.server_context(["localhost"], tmp_path)

    with serving(lambda _: Response(b"<metadata/>"), tls) as address:
        by_name = address.replace("127.0.0.1", "localhost")
        assert "TLS" in refusal(by_name).problem
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
        assert fetch(by_name, allow_private=True) == b"<metadata/>"
        assert "TLS" in refusal(address).problem


@contextmanager
def dripping(head: bytes) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            try:
                connection.sendall(head)
                while True:
                    connection.sendall(b"x")
                    threading.Event().wait(0.02)
            except OSError:
                return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/m"
    thread.join()
    listener.close()


@pytest.mark.parametrize(
    "head",
    [b"", b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\n\r\n"],
    ids=["status line", "headers", "body"],
)
def test_an_answer_that_drips_is_cut_off_when_the_time_is_up(head):
    """Each byte arrives well in time: only a limit on the whole stops it."""
    with dripping(head) as url:
        assert refusal(url, time_limit=0.3).code == "metadata_not_fetched"
