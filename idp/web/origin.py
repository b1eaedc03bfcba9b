"""The origin check: whether a browser sent a form from one of our own pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from idp.web.web_request import HasHeaders

DEFAULT_PORTS = {"http": 80, "https": 443}
"""The port of an address that names none, by its scheme."""


def is_same_origin(request: HasHeaders, base_url: str) -> bool:
    """Say whether a change comes from our own pages, or from a client that is not a browser.

    Browsers send ``Origin`` with every post, and ``Sec-Fetch-Site`` with every request to a
    trustworthy address; either of them from another site is refused. A client that sends neither
    is not a browser, so no user's cookies are in it unasked: it is allowed (docs/security.md).
    """
    origin = request.headers.get("Origin")
    if origin is not None and origin != _origin_of(base_url):
        return False
    return request.headers.get("Sec-Fetch-Site") not in ("cross-site", "same-site")


def _origin_of(base_url: str) -> str:
    """Return the origin as browsers write it: in lower case, without the scheme's default port."""
    parts = urlsplit(base_url)
    host = parts.netloc.lower().removesuffix(f":{DEFAULT_PORTS[parts.scheme]}")
    return f"{parts.scheme}://{host}"
