"""Finds AD FS's addresses in upper and lower case, as AD FS does.

A first segment that is not spelt ``adfs`` is redirected: cookies have ``Path=/adfs``, and browsers
compare paths case-sensitively. The redirect is a 308, which keeps method, body and query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from idp.signin.paths import IDP_INITIATED, LS, METADATA, PROBE, SIGN_OUT, UPDATE_PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_CANONICAL = {
    path.lower(): path
    for path in (
        LS,
        IDP_INITIATED,
        f"{IDP_INITIATED}.aspx",
        f"{IDP_INITIATED}.htm",
        UPDATE_PASSWORD,
        SIGN_OUT,
        METADATA,
        PROBE,
    )
} | {path.rstrip("/"): path for path in (LS, UPDATE_PASSWORD)}


class AnyCase:
    """WSGI middleware that replaces a path by its canonical spelling."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "")
        first, slash, rest = path[1:].partition("/")
        if first.lower() == "adfs" and first != "adfs":
            return _moved(f"/adfs{slash}{rest}", environ.get("QUERY_STRING", ""), start_response)
        environ["PATH_INFO"] = _CANONICAL.get(path.lower(), path)
        return self._app(environ, start_response)


def _moved(path: str, query: str, start_response: StartResponse) -> Iterable[bytes]:
    """Redirect to *path*; the query stays byte for byte, since it may be signed."""
    location = quote(path, encoding="latin-1") + (f"?{query}" if query else "")
    headers = [("Location", location), ("Content-Length", "0"), ("Cache-Control", "no-store")]
    start_response("308 Permanent Redirect", headers)
    return []
