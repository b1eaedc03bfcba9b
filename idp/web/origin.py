"""The origin check: whether a change may come from the page that a browser shows."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Request

DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def is_same_origin(asked: Request, base_url: str) -> bool:
    """Say whether a change may come from our own pages, or from a client that is no browser.

    An ``Origin`` that is not ours, or a ``Sec-Fetch-Site`` of another site, is refused; both
    absent is allowed (security rules, "Web").
    """
    origin = asked.headers.get("Origin")
    if origin is not None and origin != _origin_of(base_url):
        return False
    return asked.headers.get("Sec-Fetch-Site") not in ("cross-site", "same-site")


def _origin_of(base_url: str) -> str:
    """Return the origin as browsers write it: lower case, and no port that goes without saying."""
    parts = urlsplit(base_url)
    host = parts.netloc.lower()
    return f"{parts.scheme}://{host.removesuffix(DEFAULT_PORTS.get(parts.scheme, ''))}"
