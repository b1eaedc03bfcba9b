"""Decides who is an administrator: by the token itself, or by the cookie of a session it began."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Request

from adapter.errors import TallystickError
from idp.admin.cookies import cookies_of
from idp.admin.session import COOKIE, AdminSession, AdminSessions
from idp.management.admin_token import AdminToken, AdminTokenError, read_token
from idp.session.rate_limit import RateLimit
from idp.web.http_status import Header, retry_after
from idp.web.origin import is_same_origin

if TYPE_CHECKING:
    from idp.services import Services

MAX_WRONG_TOKENS = 10
"""Of a client, in a window. The right token is never counted and never refused, so that nobody who
shares an address with the administrator can keep the administrator out."""
WINDOW = timedelta(minutes=1)

CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"

_BEARER = ("WWW-Authenticate", "Bearer")
_HEADERS: dict[str, tuple[Header, ...]] = {
    "no_token": (_BEARER,),
    "wrong_token": (_BEARER,),
    "too_many_tries": (retry_after(int(WINDOW.total_seconds())),),
}


class AccessRefused(TallystickError):
    """Raised when a request may not do what it asks for; ``headers`` go into the response."""

    def __init__(self, problem: str, remedy: str, *, code: str) -> None:
        super().__init__(problem, remedy, code=code)
        self.headers = _HEADERS.get(code, ())


class AdminAuthentication:
    """Authenticates the requests to the pages and to the REST API."""

    def __init__(self, services: Services) -> None:
        self._config = services.config.server
        self._clock = services.clock
        self._sessions = AdminSessions(services.sealer, services.once)
        self._wrong_tokens = RateLimit(services.once, "wrong-token", MAX_WRONG_TOKENS, WINDOW)

    def exchange(self, text: str, client: str) -> str:
        """Return the cookie of a new session if *text* is the administrator's token.

        *client* is the address whose wrong tokens are counted. Raises :class:`AccessRefused` and
        :class:`~idp.management.admin_token.AdminTokenError`.
        """
        return self._sessions.begin(self._right_token(text, client), self._clock.now())

    def session_of(self, request: Request) -> AdminSession | None:
        """Return the session of the request's cookie, None without a valid one."""
        cookie = cookies_of(request).get(COOKIE)
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
        """Return a CSRF token for the forms of this session."""
        return self._sessions.csrf_token(session)

    def must_be_same_origin(self, request: Request) -> None:
        """Refuse a change that another site's page sent."""
        if not is_same_origin(request, self._config.base_url):
            raise AccessRefused(
                "The request comes from another site's page",
                f"Use {self._config.base_url}/admin/",
                code="foreign_origin",
            )

    def must_hold_csrf_token(self, request: Request, session: AdminSession) -> None:
        """Refuse a change whose header or form has no CSRF token of this session."""
        text = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
        if not self._sessions.is_csrf_token(session, text):
            raise AccessRefused(
                "The request does not hold this session's CSRF token",
                "Load the page again and repeat the change",
                code="csrf",
            )

    def must_be_administrator(self, request: Request, client: str, *, change: bool) -> None:
        """Refuse an API request with neither the token nor a session.

        Browsers send a cookie by themselves, so a *change* needs a CSRF token beside it.
        """
        if change:
            self.must_be_same_origin(request)
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            self._right_token(text.strip(), client)
            return
        session = self.session_of(request)
        if session is None:
            raise AccessRefused(
                "The request has no administrator's token",
                "Send the header Authorization: Bearer TOKEN",
                code="no_token",
            )
        if change:
            self.must_hold_csrf_token(request, session)

    def _right_token(self, text: str, client: str) -> AdminToken:
        """Return the token if *text* is it, however many wrong ones came before."""
        token = read_token(self._config.admin_token_file)
        if token.matches(text):
            return token
        if self._wrong_tokens.count(client, self._clock.now()):
            raise AccessRefused(
                "That is not the administrator's token", "Try again", code="wrong_token"
            )
        raise AccessRefused(
            "Too many wrong tokens came from your address",
            "Send the right one, or wait a minute",
            code="too_many_tries",
        )
