"""Runs the WSGI application behind granian's ASGI interface, which keeps header lines apart.

Granian's WSGI interface gives ``X_Forwarded_For`` and ``X-Forwarded-For`` one name, of which the
last line wins. Here the lines are checked first (:mod:`idp.web.request_headers`). The body is
awaited without a thread (:mod:`idp.serving.request_bodies`); once it is whole, the application runs
in a thread when it is its turn (:mod:`idp.processor_turns`), and its response is sent whole: no
host of ours streams.

Source: the ASGI specification (HTTP and lifespan), version 2.3; PEP 3333 for WSGI.
"""

from __future__ import annotations

import asyncio
import io
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from idp.counters import NO_COUNTERS, Counters
from idp.logs import get_logger
from idp.processor_turns import PATIENCE, ProcessorTurns
from idp.serving.asgi import Message, Receive, Scope, Send
from idp.serving.request_bodies import ReadBody, Refused
from idp.web.edge_refusals import SERVER_ERROR, EdgeRefusal
from idp.web.request_headers import CHECKED, HeaderLine, refusal_of

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    Environ = dict[str, Any]

OWN_KEYS = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
"""Headers whose keys in a WSGI environment do not begin with ``HTTP_``."""

PROTOCOLS = {"1": "HTTP/1.0", "1.0": "HTTP/1.0", "1.1": "HTTP/1.1", "2": "HTTP/2"}
"""By the version of HTTP as granian gives it."""

ALWAYS = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    CHECKED: True,
}
"""What is the same in every WSGI environment."""


Response = tuple[Message, Message]
"""The head and the body of a response, as ASGI sends them."""


class AsgiBridge:
    """The ASGI application. It runs *threads* requests at a time; further ones wait their turn."""

    def __init__(
        self,
        app: WSGIApplication,
        read_body: ReadBody,
        *,
        threads: int,
        on_first_request: Callable[[], None] = lambda: None,
        counters: Counters = NO_COUNTERS,
    ) -> None:
        """*on_first_request* is called in the loop's thread, when the loop that serves runs."""
        self._app = app
        self._read_body = read_body
        self._on_first_request: Callable[[], None] | None = on_first_request
        self._counters = counters
        self._turns = ProcessorTurns(threads)
        self._is_watching = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or hear of the start and the end of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if self._on_first_request is not None:
            self._on_first_request()
            self._on_first_request = None
        lines = [_line(*each) for each in scope["headers"]]
        refusal = refusal_of(lines)
        if refusal is None:
            try:
                body = await self._read_body(scope, lines, receive)
            except Refused as error:
                refusal = error.refusal
        if refusal is not None:
            refusal.log(self._counters, _address(scope, "client")[0])
            await _send(send, _refusal_messages(refusal, scope["path"]))
            return
        await _send(send, await self._answered(_environ(scope, lines, body)))

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._turns.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answered(self, environ: Environ) -> Response:
        """Return the response of the application, which runs in a thread when it is its turn."""
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Response] = loop.create_future()

        def answer() -> None:
            response = self._answer(environ)
            with suppress(RuntimeError):  # the loop has ended, and with it all connections
                loop.call_soon_threadsafe(_settle, answered, response)

        if self._turns.submit(answer) and not self._is_watching:
            self._watch(loop)
        return await answered

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let requests that wait have their turn, as long as any does."""
        self._is_watching = self._turns.pass_on_if_late()
        if self._is_watching:
            loop.call_later(PATIENCE, self._watch, loop)

    def _answer(self, environ: Environ) -> Response:
        """Run the application; an exception that it does not handle is logged and answered 500."""
        try:
            return _run(self._app, environ)
        except Exception as error:
            where = "".join(traceback.format_tb(error.__traceback__))
            get_logger().error("unforeseen", error_type=type(error).__name__, at=where)
            return _refusal_messages(SERVER_ERROR, environ["PATH_INFO"])


def _settle(answered: asyncio.Future[Response], response: Response) -> None:
    if not answered.done():  # else the client has gone
        answered.set_result(response)


def _run(app: WSGIApplication, environ: Environ) -> Response:
    """Return the messages of the application's response to one request."""
    status, headers, written = "", [], io.BytesIO()

    def start_response(
        new_status: str, new_headers: list[tuple[str, str]], _error: object = None
    ) -> Callable[[bytes], object]:
        nonlocal status, headers
        status, headers = new_status, new_headers
        return written.write

    chunks = app(environ, start_response)
    try:
        for chunk in chunks:
            written.write(chunk)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return _messages(int(status[:3]), headers, written.getvalue())


def _messages(status: int, headers: list[tuple[str, str]], body: bytes) -> Response:
    """Return a response as the two messages that ASGI sends."""
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return (
        {"type": "http.response.start", "status": status, "headers": encoded},
        {"type": "http.response.body", "body": body},
    )


def _refusal_messages(refusal: EdgeRefusal, path: str) -> Response:
    """Return the response of a refusal; it ends the connection, whose rest is not read."""
    headers = [*refusal.headers(path), ("Connection", "close")]
    return _messages(refusal.status, headers, refusal.body(path))


async def _send(send: Send, messages: Response) -> None:
    for message in messages:
        await send(message)


def _environ(scope: Scope, lines: list[HeaderLine], body: bytes) -> Environ:
    """Return the WSGI environment of a request (PEP 3333): bytes are read as Latin-1."""
    server, client = _address(scope, "server"), _address(scope, "client")
    environ: Environ = {
        **ALWAYS,
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": PROTOCOLS[scope["http_version"]],
        "SERVER_NAME": server[0],
        "SERVER_PORT": server[1],
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": client[1],
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(body),
    }
    for name, value in lines:
        key = OWN_KEYS.get(name) or "HTTP_" + name.upper().replace("-", "_")
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    environ.setdefault("CONTENT_LENGTH", str(len(body)))
    return environ


def _line(name: bytes, value: bytes) -> HeaderLine:
    return name.decode("latin-1"), value.decode("latin-1")


def _address(scope: Scope, key: str) -> tuple[str, str]:
    """Return the IP address and the port of one end of the connection; empty for a Unix socket."""
    host, port = scope.get(key) or ("", "")
    return host, str(port)
