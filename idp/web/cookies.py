"""The headers that set and delete cookies, with the attributes that all our cookies have."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from werkzeug.http import dump_cookie

PATH = "/adfs"
"""The path of the sign-in's cookies. A host at another address gives its own."""


def cookie_is_secure(base_url: str) -> bool:
    """Say whether cookies carry ``Secure``: always, except on the demo's plain http."""
    return urlsplit(base_url).scheme == "https"


def set_cookie_header(
    name: str,
    value: str,
    *,
    max_age: timedelta | int | None,
    secure: bool,
    path: str = PATH,
) -> str:
    """Return the value of the ``Set-Cookie`` header that gives the browser a cookie.

    With ``max_age`` None the browser forgets it when it is closed. Service providers post across
    sites, which browsers send cookies along with only for ``SameSite=None``; that needs TLS. On
    the demo's plain http all addresses are one site, so ``Lax`` is enough.
    """
    return dump_cookie(
        name,
        value,
        path=path,
        max_age=max_age,
        httponly=True,
        secure=secure,
        samesite="None" if secure else "Lax",
        sync_expires=False,  # Max-Age outranks Expires (RFC 6265 §4.1.2.2)
    )


def delete_cookie_header(name: str, *, secure: bool, path: str = PATH) -> str:
    """Return the value of the ``Set-Cookie`` header that makes the browser forget a cookie.

    Path and attributes must be those that the cookie was set with, or the browser keeps it.
    """
    return set_cookie_header(name, "", max_age=0, secure=secure, path=path)
