"""An administrator's session: a sealed cookie, and the CSRF tokens of the session's forms."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from idp.management.admin_token import AdminToken
from idp.session.seal import SealBroken, Sealer
from idp.session.used_once import UsedOnce

COOKIE = "AdminSession"
LIFETIME = timedelta(hours=8)

_ENDED = "admin-session-ended"


@dataclass(frozen=True, slots=True)
class AdminSession:
    """A valid session."""

    id: str
    ends_at: datetime


class AdminSessions:
    """Begins, reads and ends sessions.

    A cookie is sealed for the token it was given for, so a new token ends all earlier sessions.
    """

    def __init__(self, sealer: Sealer, once: UsedOnce) -> None:
        self._cookies = sealer.purpose("admin-session")
        self._csrf = sealer.purpose("admin-csrf")
        self._once = once

    def begin(self, token: AdminToken, now: datetime) -> str:
        """Return the cookie of a new session."""
        ends_at = now + LIFETIME
        payload = {"id": secrets.token_urlsafe(16), "ends_at": ends_at.timestamp()}
        return self._cookies.seal(payload, bound_to=token.digest.hex(), lifetime=LIFETIME)

    def read(self, cookie: str, token: AdminToken) -> AdminSession | None:
        """Return the session of a cookie, or None if it is forged, expired or signed out."""
        try:
            payload = self._cookies.open(cookie, bound_to=token.digest.hex())
        except SealBroken:
            return None
        if self._once.is_used(_ENDED, payload["id"]):
            return None
        return AdminSession(payload["id"], datetime.fromtimestamp(payload["ends_at"], UTC))

    def end(self, session: AdminSession) -> None:
        """End the session on every node, also for copies of its cookie."""
        self._once.claim(_ENDED, session.id, session.ends_at)

    def csrf_token(self, session: AdminSession) -> str:
        """Return a CSRF token for the forms of this session's pages."""
        return self._csrf.seal({}, bound_to=session.id, lifetime=LIFETIME)

    def is_csrf_token(self, session: AdminSession, text: str) -> bool:
        """Return whether *text* is a CSRF token of this session."""
        try:
            self._csrf.open(text, bound_to=session.id)
        except SealBroken:
            return False
        return True
