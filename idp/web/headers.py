"""The headers of every response: content security, caching, strict transport."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""It has no ``form-action``: a post from a sign-in page may be redirected to a service provider."""

HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY + "; form-action 'self'"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    # With no-referrer, browsers send "Origin: null" on our own forms.
    ("Referrer-Policy", "strict-origin"),
)

STATIC_MAX_AGE = 3600
"""Seconds."""


STRICT_TRANSPORT = "Strict-Transport-Security"
"""RFC 6797."""
FAULTS_ALLOWED = ("X-Tallystick-Faults", "allowed")
"""A server with ``allow_faults`` says so in every answer."""


class AddedHeader:
    """WSGI middleware: adds one header to every response."""

    def __init__(self, app: WSGIApplication, name: str, value: str) -> None:
        self._app = app
        self._header = (name, value)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*headers, self._header], *error)

        return self._app(environ, start)
