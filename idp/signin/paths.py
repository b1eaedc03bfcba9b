"""AD FS's paths in letters of any case; a first segment not spelt ``adfs`` is sent to it.

Cookies have ``Path=/adfs``, and browsers compare paths by case: hence the redirect (308, which
keeps method, body and query).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

LS = "/adfs/ls/"
IDP_INITIATED = "/adfs/ls/idpinitiatedsignon"
SIGN_OUT = "/adfs/ls/signout"
UPDATE_PASSWORD = "/adfs/portal/updatepassword/"  # noqa: S105 - an address
METADATA = "/FederationMetadata/2007-06/FederationMetadata.xml"
PROBE = "/adfs/probe"

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
    """The middleware that finds the canonical path."""

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
    """Redirect to *path*; the query's bytes may be signed, and stay as they are."""
    location = quote(path, encoding="latin-1") + (f"?{query}" if query else "")
    headers = [("Location", location), ("Content-Length", "0"), ("Cache-Control", "no-store")]
    start_response("308 Permanent Redirect", headers)
    return []
