"""Giving cookies and taking them away, with the attributes that all our cookies have."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Response
from werkzeug.http import dump_cookie

PATH = "/adfs"


def cookie_is_secure(base_url: str) -> bool:
    """Say whether cookies carry ``Secure``: always, but on the demo's plain http."""
    return urlsplit(base_url).scheme == "https"


def give_cookie(
    response: Response, name: str, value: str, *, max_age: timedelta | int | None, secure: bool
) -> Response:
    """Give the browser a cookie for ``/adfs``. Service providers post across sites: hence ``None``.

    On the demo's plain http, which ``None`` needs TLS for, all is one site: ``Lax``.
    """
    cookie = dump_cookie(
        name,
        value,
        path=PATH,
        max_age=max_age,
        httponly=True,
        secure=secure,
        samesite="None" if secure else "Lax",
        sync_expires=False,  # Max-Age outranks it (RFC 6265 §4.1.2.2)
    )
    response.headers.add("Set-Cookie", cookie)
    return response


def take_cookie_away(response: Response, name: str, *, secure: bool) -> Response:
    """Let the browser forget a cookie; without the attributes it was given with, it may not."""
    return give_cookie(response, name, "", max_age=0, secure=secure)
