"""The session cookie of AD FS, ``MSISAuth``: reads it, returns the headers to set and delete it."""

from __future__ import annotations

from collections.abc import Mapping

from adapter.clock import Clock
from idp.config.schema import Config
from idp.session.seal import Sealer
from idp.session.sso import Session, Sessions, session_rules
from idp.web.cookies import delete_cookie_header, set_cookie_header

NAME = "MSISAuth"
PATH = "/"
"""Security info has the same session, so on plain http the cookie is not for ``/adfs`` alone."""


class SessionCookie:
    """Reads and writes the session cookie of any browser; it keeps no state."""

    def __init__(self, config: Config, sealer: Sealer, clock: Clock) -> None:
        self._is_secure = config.server.is_secure
        self._sessions = Sessions(
            sealer.purpose("session"), session_rules(config.sign_in), clock.now
        )

    def read(self, cookies: Mapping[str, str]) -> Session | None:
        """Return the session in the browser's cookies, None if there is none or it has ended."""
        return self._sessions.read(cookies.get(NAME))

    def delete_header(self) -> str:
        """Return the ``Set-Cookie`` header that deletes the session cookie."""
        return delete_cookie_header(NAME, secure=self._is_secure, path=PATH)

    def set_header(self, session: Session) -> str:
        """Return the ``Set-Cookie`` header; it outlives the browser only if the session is kept."""
        max_age = self._sessions.remaining(session) if session.kept else None
        value = self._sessions.write(session)
        return set_cookie_header(NAME, value, max_age=max_age, secure=self._is_secure, path=PATH)
