"""The cookies of administration, all with the same attributes.

Browsers never show them to scripts (HttpOnly), never send them from another site's page
(SameSite=Strict), and, unless the base URL is plain http as in the demo, over TLS only
(``__Host-``). On plain http they send them to ``/admin`` only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Request
from werkzeug import Response

from idp.web.cookies import (
    ADMIN_LINKS,
    cookie_is_secure,
    delete_cookie_header,
    own_cookies,
    set_cookie_header,
)

PATH = "/admin"


def cookies_of(request: Request) -> Mapping[str, str]:
    """Return the cookies of a request by their names here, which are those on plain http."""
    return own_cookies(request.cookies)


class AdminCookies:
    """Sets and deletes the cookies of one server."""

    def __init__(self, base_url: str) -> None:
        self._is_secure = cookie_is_secure(base_url)

    def set(self, response: Response, name: str, value: str, *, max_age: timedelta) -> None:
        """Have the browser keep a cookie for *max_age*."""
        header = set_cookie_header(
            name, value, max_age=max_age, secure=self._is_secure, path=PATH, same_site="Strict"
        )
        response.headers.add("Set-Cookie", header)

    def delete(self, response: Response, name: str) -> None:
        """Have the browser forget a cookie."""
        header = delete_cookie_header(name, secure=self._is_secure, path=PATH, same_site="Strict")
        response.headers.add("Set-Cookie", header)

    def show_links(self, response: Response, *, max_age: timedelta) -> None:
        """Have error pages of the sign-in show this browser their links to administration."""
        header = set_cookie_header(ADMIN_LINKS, "1", max_age=max_age, secure=self._is_secure)
        response.headers.add("Set-Cookie", header)

    def hide_links(self, response: Response) -> None:
        """Have them hide the links again."""
        response.headers.add(
            "Set-Cookie", delete_cookie_header(ADMIN_LINKS, secure=self._is_secure)
        )
