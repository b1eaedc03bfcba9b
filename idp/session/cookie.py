"""The cookie that holds the session: reads it, and returns the headers that set and delete it."""

from __future__ import annotations

from collections.abc import Mapping

from adapter.clock import Clock
from idp.config.schema import Config
from idp.session.seal import Sealer
from idp.session.sso import Session, Sessions, session_rules
from idp.web.cookies import PATH, delete_cookie_header, set_cookie_header

NAME = "MSISAuth"


class SessionCookie:
    """Reads and writes the cookie of any browser; *path* is the path that it is sent to."""

    def __init__(self, config: Config, sealer: Sealer, clock: Clock, path: str = PATH) -> None:
        self._path = path
        self._is_secure = config.server.is_secure
        self._sessions = Sessions(
            sealer.purpose("session"), session_rules(config.sign_in), clock.now
        )

    def read(self, cookies: Mapping[str, str]) -> Session | None:
        """Return the session that the browser brought, if it is ours and has not run out."""
        return self._sessions.read(cookies.get(NAME))

    def delete_header(self) -> str:
        """Return the ``Set-Cookie`` header that makes the browser forget its session."""
        return delete_cookie_header(NAME, secure=self._is_secure, path=self._path)

    def set_header(self, session: Session) -> str:
        """Return the ``Set-Cookie`` header that gives the browser *session*."""
        left = self._sessions.left(session) if session.kept else None
        value = self._sessions.write(session)
        return set_cookie_header(NAME, value, max_age=left, secure=self._is_secure, path=self._path)
