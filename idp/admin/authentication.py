"""Decides who is an administrator: by the token itself, or by the cookie of a session it began."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import Request

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.admin.actor import set_actor
from idp.admin.cookies import cookies_of
from idp.admin.identity import Identities, Identity
from idp.admin.pending import ProofsTooOld
from idp.admin.session import COOKIE, AdminSession, AdminSessions
from idp.audit.changes import REST
from idp.audit.roles import ADMINISTRATOR, DANGEROUS, must_be_allowed
from idp.management.admin_token import AdminToken, AdminTokenError, read_token
from idp.session.api_tokens import verify_token
from idp.session.rate_limit import RateLimit
from idp.web.answer import Header
from idp.web.http_status import retry_after
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
    "token_expired": (_BEARER,),
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
        self._api_tokens = services.api_tokens
        self._proofs_lifetime = services.config.admin.proofs_lifetime
        self._identities = Identities(services)
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
        identity = self.identity()
        of_user = self._sessions.read_for(cookie, identity) if identity else None
        if of_user is not None:
            return of_user
        try:
            return self._sessions.read(cookie, read_token(self._config.admin_token_file))
        except AdminTokenError:
            return None

    def identity(self) -> Identity | None:
        """Return who is signed in at ``/adfs/`` with this browser, None if nobody is."""
        return self._identities.current()

    def begin_for(self, identity: Identity) -> str:
        """Return the cookie of a new session of a user."""
        return self._sessions.begin_for(identity, self._clock.now())

    def is_recent(self, at: datetime) -> bool:
        """Say whether a proof is recent enough for a dangerous change."""
        return self._clock.now() - at < self._proofs_lifetime

    def must_have_proved(self, session: AdminSession, verb: str) -> None:
        """Raise :class:`ProofsTooOld` if a dangerous change asks for both proofs again."""
        if verb in DANGEROUS and session.proved_at and not self.is_recent(session.proved_at):
            raise ProofsTooOld

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
                sentence("The request comes from another site's page"),
                sentence("Use {base_url}/admin/", base_url=self._config.base_url),
                code="foreign_origin",
            )

    def must_hold_csrf_token(self, request: Request, session: AdminSession) -> None:
        """Refuse a change whose header or form has no CSRF token of this session."""
        text = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
        if not self._sessions.is_csrf_token(session, text):
            raise AccessRefused(
                sentence("The request does not hold this session's CSRF token"),
                sentence("Load the page again and repeat the change"),
                code="csrf",
            )

    def authenticate(self, request: Request, client: str, verb: str, *, change: bool) -> None:
        """Refuse an API request of nobody who may do what *verb* names; else remember the actor.

        Browsers send a cookie by themselves, so a *change* needs a CSRF token beside it.
        """
        name, role = self._caller(request, client, verb, change=change)
        set_actor(name, role, REST)
        must_be_allowed(role, verb)

    def _caller(self, request: Request, client: str, verb: str, *, change: bool) -> tuple[str, str]:
        """Return name and role of who has sent an API request; raises :class:`AccessRefused`."""
        if change:
            self.must_be_same_origin(request)
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._bearer(text.strip(), client)
        session = self.session_of(request)
        if session is None:
            raise AccessRefused(
                sentence("The request has no administrator's token"),
                sentence("Send the header Authorization: Bearer TOKEN"),
                code="no_token",
            )
        if change:
            self.must_hold_csrf_token(request, session)
            self.must_have_proved(session, verb)
        return session.name, session.role

    def _bearer(self, text: str, client: str) -> tuple[str, str]:
        """Return name and role of an API token, or of the emergency token."""
        now = self._clock.now()
        token = verify_token(self._api_tokens, text, now)
        if token is None:
            self._right_token(text, client)
            return ADMINISTRATOR, ADMINISTRATOR
        if token.expires_at <= now:
            raise AccessRefused(
                sentence("The token {name} has ended", name=token.name),
                sentence("Make a new one: tallystick admin token add"),
                code="token_expired",
            )
        return token.name, token.role

    def _right_token(self, text: str, client: str) -> AdminToken:
        """Return the token if *text* is it, however many wrong ones came before."""
        token = read_token(self._config.admin_token_file)
        if token.matches(text):
            return token
        if self._wrong_tokens.count(client, self._clock.now()):
            raise AccessRefused(
                sentence("That is not the administrator's token"),
                sentence("Try again"),
                code="wrong_token",
            )
        raise AccessRefused(
            sentence("Too many wrong tokens came from your address"),
            sentence("Send the right one, or wait a minute"),
            code="too_many_tries",
        )
