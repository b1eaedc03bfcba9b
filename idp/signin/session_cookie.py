"""The cookie that holds the session, read from a request; and how any is given and taken away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Response
from werkzeug.http import dump_cookie

from idp.services import Services
from idp.session.sso import Session, Sessions

NAME = "MSISAuth"
PATH = "/adfs"


class SessionCookie:
    """One for all browsers; it keeps nothing itself."""

    def __init__(self, services: Services) -> None:
        config = services.config
        self._is_secure = config.server.is_secure
        self._sessions = Sessions(
            services.sealer.purpose("session"), config.sign_in.sessions, services.clock.now
        )

    def read(self, cookies: Mapping[str, str]) -> Session | None:
        """Return the session that the browser brought, if it is ours and has not run out."""
        return self._sessions.read(cookies.get(NAME))

    def take_away(self, response: Response) -> Response:
        """Let the browser forget its session."""
        return take_cookie_away(response, NAME, secure=self._is_secure)

    def give(self, response: Response, session: Session) -> Response:
        """Give the browser a session."""
        left = self._sessions.left(session) if session.kept else None
        value = self._sessions.write(session)
        return give_cookie(response, NAME, value, max_age=left, secure=self._is_secure)


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
