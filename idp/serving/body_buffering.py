"""Takes request bodies in before a view runs: however slow clients send, others are served.

Granian gives a request to a thread when its head is there, and the thread waits for the body as
long as the client takes. Few threads may do so at a time, and fewer for any one client; a request
beyond that is answered 503 at once, and no client can fill the room for all others.
"""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING

from idp.logs import get_logger
from idp.web.app import MAX_BODY_LENGTH

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from idp.config.schema import Proxies

PLACES = 64
"""Beside the threads in which phones wait (¾ of all), this leaves some for everything else."""

PLACES_OF_ONE_CLIENT = 16

MAX_NUMBER_LENGTH = 19
"""Digits of a length that are worth counting."""


class RoomFull(Exception):
    """Raised where nobody else may wait for a body."""


class Room:
    """The places of those whose bodies are awaited; *is_shared* tells proxies from clients."""

    def __init__(self, is_shared: Callable[[str], bool]) -> None:
        self._is_shared = is_shared
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def place(self, client: str) -> Iterator[None]:
        """Hold a place; raises :class:`RoomFull`."""
        with self._lock:
            most = PLACES if self._is_shared(client) else PLACES_OF_ONE_CLIENT
            if self._taken.total() >= PLACES or self._taken[client] >= most:
                raise RoomFull
            self._taken[client] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[client] -= 1
                self._taken += Counter()  # who has no place is forgotten


class BodyBuffer:
    """The application, given whole requests."""

    def __init__(self, app: WSGIApplication, proxies: Proxies) -> None:
        networks = (*proxies.web_application_proxies, *proxies.reverse_proxies)
        self._app = app
        self._room = Room(lambda client: any(ip_address(client) in each for each in networks))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if _has_body(environ):
            client = environ.get("REMOTE_ADDR", "")
            try:
                with self._room.place(client):
                    environ["wsgi.input"] = io.BytesIO(_read(environ["wsgi.input"]))
            except RoomFull:
                get_logger().warning("request_refused", code="too_many_bodies", client_ip=client)
                return _try_again(start_response)
        return self._app(environ, start_response)


def _has_body(environ: WSGIEnvironment) -> bool:
    """Say whether a body is to come that the application would read."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if "HTTP_TRANSFER_ENCODING" in environ or len(length) > MAX_NUMBER_LENGTH:
        return True
    return length.isascii() and length.isdigit() and 0 < int(length) <= MAX_BODY_LENGTH


def _read(stream: io.BufferedIOBase) -> bytes:
    """Read to the end, or to one byte more than the application takes."""
    parts: list[bytes] = []
    left = MAX_BODY_LENGTH + 1
    while left and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _try_again(start_response: StartResponse) -> Iterable[bytes]:
    body = b"The service is not available. Try again. [too_many_bodies]\n"
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("Retry-After", "1"),
    ]
    start_response("503 Service Unavailable", headers)
    return [body]
