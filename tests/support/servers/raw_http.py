"""HTTP requests just as they are written: other clients tidy up addresses and headers."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from urllib.parse import urlsplit

from support.nets import NET_SECONDS

from idp.testing.federation import Federation


@dataclass(frozen=True)
class RawAnswer:
    """What came back, byte for byte."""

    status: int
    headers: HTTPMessage
    text: str


def call(
    federation: Federation,
    method: str,
    target: str,
    body: bytes | None = None,
    **headers: str | None,
) -> RawAnswer:
    """Send a request to the server, without headers that are None, and read the whole answer."""
    connection = HTTPConnection(urlsplit(federation.url).netloc, timeout=NET_SECONDS)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None:
        sent = {"Content-Type": "application/x-www-form-urlencoded"} | sent
    try:
        given = {name: value for name, value in sent.items() if value is not None}
        connection.request(method, target, body, given)
        answer = connection.getresponse()
        return RawAnswer(answer.status, answer.headers, answer.read().decode("utf-8", "replace"))
    finally:
        connection.close()
