"""The headers of every response: content security, caching, strict transport."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Response, request

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Without ``form-action``: a post from a sign-in page may end at a service provider."""

HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY + "; form-action 'self'"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    # With no-referrer, browsers send "Origin: null" on our own forms.
    ("Referrer-Policy", "strict-origin"),
)

STATIC_MAX_AGE = 3600
UNCHANGED_OR_THERE = (200, 304)


class StrictTransport:
    """The middleware that tells browsers to come by TLS alone (RFC 6797), with every answer."""

    def __init__(self, app: WSGIApplication, value: str) -> None:
        self._app = app
        self._header = ("Strict-Transport-Security", value)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*headers, self._header], *error)

        return self._app(environ, start)


def add_headers(response: Response) -> Response:
    """Add the headers that *response* has not set itself."""
    headers = response.headers
    given = {name.lower() for name, _ in headers}
    for name, value in HEADERS:
        if name.lower() not in given:
            headers.add(name, value)
    endpoint = request.endpoint or ""
    if endpoint.endswith("static") and response.status_code in UNCHANGED_OR_THERE:
        headers["Cache-Control"] = f"public, max-age={STATIC_MAX_AGE}"
    return response
