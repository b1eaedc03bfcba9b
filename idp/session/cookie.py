"""The cookie that holds the session, read from a request; and given or taken away."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response

from adapter.clock import Clock
from idp.config.schema import Config
from idp.session.seal import Sealer
from idp.session.sso import Session, Sessions, session_rules
from idp.web.cookies import give_cookie, take_cookie_away

NAME = "MSISAuth"


class SessionCookie:
    """One for all browsers; it keeps nothing itself."""

    def __init__(self, config: Config, sealer: Sealer, clock: Clock) -> None:
        self._is_secure = config.server.is_secure
        self._sessions = Sessions(
            sealer.purpose("session"), session_rules(config.sign_in), clock.now
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
