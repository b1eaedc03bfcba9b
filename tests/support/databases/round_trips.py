"""A relay in front of PostgreSQL that counts how often its clients wait for the server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from urllib.parse import urlsplit

QUERY, SYNC, FLUSH = b"QSH"
"""Messages that a client sends to get an answer (PostgreSQL, "Message Formats").

Nothing is answered to a Flush with nothing new before it.
"""

CHUNK = 65536


class Relay:
    """Passes on what clients and server say; ``url`` is that of the database behind it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets = [self._listener]
        place = f"{parts.username}@127.0.0.1:{self._listener.getsockname()[1]}"
        plain = "sslmode=disable&gssencmode=disable"
        self.url = parts._replace(netloc=place, query=plain).geturl()
        self.round_trips = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def of(self, work: Callable[[], object]) -> int:
        """Do the work, and return its round trips."""
        before = self.round_trips
        work()
        return self.round_trips - before

    def close(self) -> None:
        """Cut everybody off."""
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, server = self._listener.accept()[0], socket.create_connection(self._server)
                self._sockets += [client, server]
                count = _Count(self)
                for way in (partial(_pass_on, client, server, count.take),
                            partial(_pass_on, server, client, lambda _: None)):  # fmt: skip
                    threading.Thread(target=way, daemon=True).start()


class _Count:
    """Counts the messages of one client, whose stream may be cut anywhere."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._rest = b""
        self._is_started = False
        self._has_asked = False

    def take(self, data: bytes) -> None:
        data = self._rest + data
        while True:
            kind_length = 1 if self._is_started else 0  # the first message has no kind
            end = kind_length + int.from_bytes(data[kind_length : kind_length + 4])
            if len(data) < max(end, kind_length + 4):
                break
            if self._is_started:
                self._look_at(data[0])
            self._is_started = True
            data = data[end:]
        self._rest = data

    def _look_at(self, kind: int) -> None:
        is_end = kind in (QUERY, SYNC, FLUSH)
        if kind in (QUERY, SYNC) or (kind == FLUSH and self._has_asked):
            self._relay.round_trips += 1
        self._has_asked = not is_end


def _pass_on(source: socket.socket, target: socket.socket, look: Callable[[bytes], None]) -> None:
    with suppress(OSError):
        while data := source.recv(CHUNK):
            look(data)
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay_to(url: str) -> Iterator[Relay]:
    """Run a relay to the database of this URL."""
    relay = Relay(url)
    try:
        yield relay
    finally:
        relay.close()
