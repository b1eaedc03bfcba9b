"""Who may administer: whoever has a session's cookie and its CSRF token, or the token itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Request

from adapter.errors import TallystickError
from idp.admin.rate_limit import WINDOW, RateLimit
from idp.admin.session import AdminSession, AdminSessions
from idp.management.admin_token import AdminToken, AdminTokenError, read_token
from idp.web.origin import is_same_origin

if TYPE_CHECKING:
    from idp.services import Services

COOKIE = "AdminSession"
CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"


class AccessRefused(TallystickError):
    """Raised when somebody may not do what they ask for; ``status`` is that of the answer."""

    def __init__(self, status: int, code: str, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy, code=code)
        self.status = status
        self.headers = _HEADERS.get(status, {})


_HEADERS = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": str(int(WINDOW.total_seconds()))},
}


class AdminAuthentication:
    """Judges the requests to the pages and to the API."""

    def __init__(self, services: Services) -> None:
        self._config = services.config.server
        self._clock = services.clock
        self._sessions = AdminSessions(services.sealer, services.once)
        self._tries = RateLimit(services.once)

    def exchange(self, text: str, client: str) -> str:
        """Return the cookie of a new session for the right token."""
        return self._sessions.begin(self._right_token(text, client), self._clock.now())

    def session_of(self, asked: Request) -> AdminSession | None:
        """Return the session of the request's cookie, if it has one that is good."""
        cookie = asked.cookies.get(COOKIE)
        if not cookie:
            return None
        try:
            return self._sessions.read(cookie, read_token(self._config.admin_token_file))
        except AdminTokenError:
            return None

    def end(self, session: AdminSession) -> None:
        """Sign the administrator out."""
        self._sessions.end(session)

    def csrf_token(self, session: AdminSession) -> str:
        """Return a token for the forms of this session."""
        return self._sessions.csrf_token(session)

    def must_be_from_here(self, asked: Request) -> None:
        """Refuse a change that another site's page sent."""
        if not is_same_origin(asked, self._config.base_url):
            raise AccessRefused(
                403,
                "foreign_origin",
                "The request comes from another site's page",
                f"Use {self._config.base_url}/admin/",
            )

    def must_hold_csrf_token(self, asked: Request, session: AdminSession) -> None:
        """Refuse a change whose header or form has no token of this session."""
        text = asked.headers.get(CSRF_HEADER) or asked.form.get(CSRF_FIELD, "")
        if not self._sessions.is_csrf_token(session, text):
            raise AccessRefused(
                403,
                "csrf",
                "The request does not hold this session's token against forgery",
                "Load the page again and repeat it",
            )

    def must_be_administrator(self, asked: Request, client: str, *, change: bool) -> None:
        """Refuse an API request with neither the token nor a session.

        Browsers send a cookie by themselves, so it alone never suffices for a change.
        """
        if change:
            self.must_be_from_here(asked)
        scheme, _, text = asked.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            self._right_token(text.strip(), client)
            return
        session = self.session_of(asked)
        if session is None:
            raise AccessRefused(
                401,
                "no_token",
                "The request does not say who asks",
                "Send the header Authorization: Bearer TOKEN",
            )
        if change:
            self.must_hold_csrf_token(asked, session)

    def _right_token(self, text: str, client: str) -> AdminToken:
        token = read_token(self._config.admin_token_file)
        right = token.matches(text)
        if not self._tries.judge(client, self._clock.now(), right=right):
            raise AccessRefused(
                429, "too_many_tries", "Too many wrong tokens came from here", "Wait a minute"
            )
        if not right:
            raise AccessRefused(
                401, "wrong_token", "That is not the administrator's token", "Try again"
            )
        return token
