"""An administrator's session: a sealed cookie, and the CSRF tokens of the session's forms."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from idp.audit.roles import ADMINISTRATOR
from idp.management.admin_token import AdminToken
from idp.session.seal import Seal, SealBroken, Sealer
from idp.session.used_once import UsedOnce

if TYPE_CHECKING:
    from idp.admin.identity import Identity

COOKIE = "AdminSession"
LIFETIME = timedelta(hours=8)

_ENDED = "admin-session-ended"


@dataclass(frozen=True, slots=True)
class AdminSession:
    """A valid session.

    ``name`` is the user, or ``administrator`` for who gave the emergency token. ``proved_at`` is
    when the older one of the user's two proofs was given; None for the emergency token, which is
    never asked for proofs.
    """

    id: str
    ends_at: datetime
    name: str = ADMINISTRATOR
    role: str = ADMINISTRATOR
    proved_at: datetime | None = None


class AdminSessions:
    """Begins, reads and ends sessions.

    A cookie is sealed for the token it was given for, so a new token ends all earlier sessions.
    That of a user is sealed for the root of the SSO session, and ends with it.
    """

    def __init__(self, sealer: Sealer, once: UsedOnce) -> None:
        self._cookies = sealer.purpose("admin-session")
        self._of_users = sealer.purpose("admin-session-of-user")
        self._csrf = sealer.purpose("admin-csrf")
        self._once = once

    def begin(self, token: AdminToken, now: datetime) -> str:
        """Return the cookie of a new session."""
        return _new_cookie(self._cookies, token.digest.hex(), now)

    def begin_for(self, identity: Identity, now: datetime) -> str:
        """Return the cookie of a new session of a user who has given both proofs."""
        return _new_cookie(self._of_users, _bond_of(identity), now)

    def read(self, cookie: str, token: AdminToken) -> AdminSession | None:
        """Return the session of a cookie, or None if it is forged, expired or signed out."""
        payload = self._open(self._cookies, cookie, token.digest.hex())
        if payload is None:
            return None
        return AdminSession(payload["id"], datetime.fromtimestamp(payload["ends_at"], UTC))

    def read_for(self, cookie: str, identity: Identity) -> AdminSession | None:
        """Return the session of a user, None unless both proofs and a role are there now."""
        if identity.role is None or identity.proved_at is None:
            return None
        payload = self._open(self._of_users, cookie, _bond_of(identity))
        if payload is None:
            return None
        ends_at = datetime.fromtimestamp(payload["ends_at"], UTC)
        name, role = identity.user.upn, identity.role
        return AdminSession(payload["id"], ends_at, name, role, identity.proved_at)

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

    def _open(self, seal: Seal, cookie: str, bond: str) -> dict[str, Any] | None:
        try:
            payload = seal.open(cookie, bound_to=bond)
        except SealBroken:
            return None
        return None if self._once.is_used(_ENDED, payload["id"]) else payload


def _new_cookie(seal: Seal, bond: str, now: datetime) -> str:
    ends_at = now + LIFETIME
    payload = {"id": secrets.token_urlsafe(16), "ends_at": ends_at.timestamp()}
    return seal.seal(payload, bound_to=bond, lifetime=LIFETIME)


def _bond_of(identity: Identity) -> str:
    return f"{identity.session.root} {identity.user.upn}"
