"""The cookies that say which log-outs are this browser's: only there do they go on.

Another browser that brought an answer would be sent the next request, with the user's name in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from idp.session.participants import LogOut
from idp.session.seal import Seal, SealBroken
from idp.web.answer import Answer
from idp.web.cookies import delete_cookie_header, set_cookie_header

PREFIX = "MSISSignout"
LIFETIME = timedelta(minutes=30)
"""How long a log-out can go on, and its page can be looked at."""
MAX_LOG_OUTS = 8
"""Upper limit of a browser's log-outs, one for each of its windows; the oldest are dropped."""


def handle_of(log_out: LogOut) -> str:
    """Return what tells a browser's log-outs apart: no secret, and useless in other browsers."""
    return log_out.id[:8]


class LogOutCookies:
    """One cookie for each log-out, so that two windows do not overwrite each other's."""

    def __init__(self, seal: Seal, *, is_secure: bool) -> None:
        self._seal = seal
        self._is_secure = is_secure

    def ids(self, cookies: Mapping[str, str]) -> tuple[str, ...]:
        """Return the ids of the browser's log-outs, oldest first."""
        sealed = [cookies[name] for name in _names(cookies)[-MAX_LOG_OUTS:]]
        return tuple(found for each in sealed if (found := self._open(each)) is not None)

    def add(self, answer: Answer, log_out: LogOut, cookies: Mapping[str, str]) -> Answer:
        """Return the answer with the cookie of one log-out more, to the browser of *cookies*."""
        for name in _names(cookies)[: 1 - MAX_LOG_OUTS]:
            old = delete_cookie_header(name, secure=self._is_secure)
            answer = answer.with_header("Set-Cookie", old)
        new = set_cookie_header(
            f"{PREFIX}_{handle_of(log_out)}",
            self._seal.seal({"id": log_out.id}, lifetime=LIFETIME),
            max_age=LIFETIME,
            secure=self._is_secure,
        )
        return answer.with_header("Set-Cookie", new)

    def _open(self, sealed: str) -> str | None:
        try:
            return self._seal.open_as(lambda values: str(values["id"]), sealed)
        except SealBroken:
            return None


def _names(cookies: Mapping[str, str]) -> list[str]:
    """Return the names of our cookies, oldest first: browsers send them so (RFC 6265 §5.4)."""
    return [name for name in cookies if name.startswith(PREFIX)]
