"""Whether the addresses that the demo prints are answered."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from adapter.errors import TallystickError


class NotAnswering(TallystickError):
    """Raised when the demo was started but one of its own addresses does not answer."""

    code = "demo_not_answering"


def must_answer(urls: Iterable[str], host: str, ca_file: Path | None) -> None:
    """Request each of *urls* from the server that listens at *host*, which *ca_file* vouches for.

    Raises :class:`NotAnswering`.
    """
    context = ssl.create_default_context(cafile=ca_file) if ca_file else None
    for url in urls:
        status = _status(url, host, context)
        if status != 200:
            raise NotAnswering(f"{url} answers with status {status}", "See the log lines above")


def _status(url: str, host: str, context: ssl.SSLContext | None) -> int:
    """GET *url* from the server that listens at *host*, without resolving the name in it."""
    parts = urlsplit(url)
    port = parts.port or (443 if context else 80)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.sock = socket.create_connection((host, port), timeout=30)
    if context is not None:
        connection.sock = context.wrap_socket(connection.sock, server_hostname=parts.hostname)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status
    finally:
        connection.close()
