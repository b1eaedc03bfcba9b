"""The cookies that say which log-outs are this browser's: only there do they go on.

Whoever else brings an answer could be handed the next request, with the user's name in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Response

from idp.services import Services
from idp.session.participants import LogOut
from idp.session.seal import SealBroken
from idp.web.cookies import give_cookie, take_cookie_away

PREFIX = "MSISSignout"
LIFETIME = timedelta(minutes=30)
"""How long a log-out can go on, and its page be looked at."""
MAX_LOG_OUTS = 8
"""Log-outs that a browser has part in, one for each of its windows; the oldest drop out."""


def handle_of(log_out: LogOut) -> str:
    """Return what tells a browser's log-outs apart: no secret, and of no use elsewhere."""
    return log_out.id[:8]


class LogOutCookies:
    """One cookie for each log-out, so that two windows do not overwrite each other's."""

    def __init__(self, services: Services) -> None:
        self._seal = services.sealer.purpose("log-out")
        self._is_secure = services.config.server.is_secure

    def ids(self, cookies: Mapping[str, str]) -> tuple[str, ...]:
        """Return the ids of the log-outs that the browser has part in."""
        sealed = [cookies[name] for name in _names(cookies)[-MAX_LOG_OUTS:]]
        return tuple(found for each in sealed if (found := self._open(each)) is not None)

    def give(self, response: Response, log_out: LogOut, cookies: Mapping[str, str]) -> Response:
        """Let the browser that brought *cookies* have part in *log_out*."""
        for name in _names(cookies)[: 1 - MAX_LOG_OUTS]:
            take_cookie_away(response, name, secure=self._is_secure)
        return give_cookie(
            response,
            f"{PREFIX}_{handle_of(log_out)}",
            self._seal.seal({"id": log_out.id}, lifetime=LIFETIME),
            max_age=LIFETIME,
            secure=self._is_secure,
        )

    def _open(self, sealed: str) -> str | None:
        try:
            return str(self._seal.open(sealed)["id"])
        except SealBroken:
            return None


def _names(cookies: Mapping[str, str]) -> list[str]:
    """Return the names of our cookies, oldest first: so browsers send them (RFC 6265 §5.4)."""
    return [name for name in cookies if name.startswith(PREFIX)]
