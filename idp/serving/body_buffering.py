"""Reads whole request bodies before a view runs, so that slow clients cannot block others.

Granian gives a request to a thread as soon as its headers have arrived, and the thread then waits
for the body as long as the client takes. Only few threads may wait so at a time, and fewer for one
client address; further requests are answered 503 at once.
"""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING

from idp.counters import NO_COUNTERS, Counters, log_and_count
from idp.web.app import MAX_BODY_LENGTH
from idp.web.http_status import RETRY_SOON, unavailable_text

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from idp.config.schema import ProxiesSection


MAX_WAITING_BODIES = 64
"""Of all threads, ¾ may be waiting phones; this leaves some for everything else."""

MAX_WAITING_BODIES_OF_CLIENT = 16

MAX_LENGTH_DIGITS = 19
"""A Content-Length with more digits is not converted to a number."""


class TooManyBodies(Exception):
    """Raised when no further request may wait for its body."""


class BodySlots:
    """Limits how many requests wait for their bodies, overall and for each client address.

    *is_shared* says whether an address is that of a proxy, behind which there are many clients;
    such an address may take all slots.
    """

    def __init__(self, is_shared: Callable[[str], bool]) -> None:
        self._is_shared = is_shared
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def hold(self, client: str) -> Iterator[None]:
        """Hold a slot inside the block; raises :class:`TooManyBodies`."""
        with self._lock:
            shared = self._is_shared(client)
            limit = MAX_WAITING_BODIES if shared else MAX_WAITING_BODIES_OF_CLIENT
            if self._taken.total() >= MAX_WAITING_BODIES or self._taken[client] >= limit:
                raise TooManyBodies
            self._taken[client] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[client] -= 1
                self._taken += Counter()  # removes clients that hold no slot


class BodyBuffer:
    """WSGI middleware: the application gets a request once its body is in memory."""

    def __init__(
        self, app: WSGIApplication, proxies: ProxiesSection, counters: Counters = NO_COUNTERS
    ) -> None:
        networks = (*proxies.web_application_proxies, *proxies.reverse_proxies)
        self._app = app
        self._counters = counters
        self._slots = BodySlots(lambda client: any(ip_address(client) in each for each in networks))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if _has_body(environ):
            client = environ.get("REMOTE_ADDR", "")
            try:
                with self._slots.hold(client):
                    environ["wsgi.input"] = io.BytesIO(_read(environ["wsgi.input"]))
            except TooManyBodies:
                code = "too_many_bodies"
                log_and_count(self._counters, "request_refused", code=code, client_ip=client)
                return _refuse(start_response, code)
        return self._app(environ, start_response)


def _has_body(environ: WSGIEnvironment) -> bool:
    """Return whether the request has a body that the application would read."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if "HTTP_TRANSFER_ENCODING" in environ or len(length) > MAX_LENGTH_DIGITS:
        return True
    return length.isascii() and length.isdigit() and 0 < int(length) <= MAX_BODY_LENGTH


def _read(stream: io.BufferedIOBase) -> bytes:
    """Read to the end, or one byte more than the application accepts, so that it refuses it."""
    parts: list[bytes] = []
    left = MAX_BODY_LENGTH + 1
    while left and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _refuse(start_response: StartResponse, code: str) -> Iterable[bytes]:
    body = unavailable_text(code).encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        RETRY_SOON,
    ]
    start_response("503 Service Unavailable", headers)
    return [body]
