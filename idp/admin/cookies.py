"""The cookies of administration, all with the same attributes.

Browsers send them to ``/admin`` only, never to scripts (HttpOnly), never from another site's page
(SameSite=Strict), and, unless the base URL is plain http as in the demo, over TLS only (Secure).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from werkzeug import Response

from idp.web.cookies import cookie_is_secure

PATH = "/admin"


class _Attributes(TypedDict):
    path: str
    secure: bool
    httponly: bool
    samesite: str


class AdminCookies:
    """Sets and deletes the cookies of one server."""

    def __init__(self, base_url: str) -> None:
        self._attributes = _Attributes(
            path=PATH, secure=cookie_is_secure(base_url), httponly=True, samesite="Strict"
        )

    def set(self, response: Response, name: str, value: str, *, max_age: timedelta) -> None:
        """Have the browser keep a cookie for *max_age*."""
        response.set_cookie(name, value, max_age=max_age, **self._attributes)

    def delete(self, response: Response, name: str) -> None:
        """Have the browser forget a cookie."""
        response.delete_cookie(name, **self._attributes)
