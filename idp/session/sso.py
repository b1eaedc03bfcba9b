"""The SSO session: who signed in with this browser, and by which proofs.

A session holds proofs, not passwords: a passkey, a certificate or Windows authentication is another
primary method, not another kind of session.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from idp.config.schema import SignInSection
from idp.saml.contexts import PASSWORD_PROTECTED_TRANSPORT
from idp.session.seal import Seal, SealBroken, has_passed

MAX_REMEMBERED = 256
"""Cookies whose sessions a process remembers: about half a megabyte."""


def new_session_id() -> str:
    """Return 128 random bits as text."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof of who the user is: the authentication method (a URI), and when (UTC)."""

    method: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a user in one browser.

    ``primary`` is the proof that began it, ``second`` that of the second factor, None without one.
    A passkey proves both: the two are equal then.
    ``id`` changes with every new proof, so that an attacker cannot fix it beforehand. ``root``
    stays the same: sessions are ended by it, and it connects them with their service providers.
    ``interrupt_due`` means that the policies interrupt sign-ins, and that nobody has looked yet
    whether they interrupt this user's (docs/policies.md). ``kept`` means that the session outlives
    the browser ("keep me signed in").
    """

    id: str
    user: str
    primary: Proof
    second: Proof | None = None
    kept: bool = False
    root: str = field(default_factory=new_session_id)
    interrupt_due: bool = False

    @property
    def authenticated_at(self) -> datetime:
        """When the user last proved something: the AuthnInstant of assertions."""
        return max(self.primary.at, self.second.at) if self.second else self.primary.at

    def with_second_factor(self, proof: Proof) -> Session:
        """Return the session with this second factor, under a new id."""
        return replace(self, id=new_session_id(), second=proof)


def start_session(
    user: str,
    primary: Proof,
    second: Proof | None = None,
    *,
    kept: bool = False,
    previous: Session | None = None,
) -> Session:
    """Return a session of *user* that begins with the proof *primary*, and *second* if any.

    If *previous*, the valid session of the same browser, is the same user's, the root stays the
    same: a log-out then also reaches the service providers of before.
    """
    root = previous.root if previous and previous.user == user else new_session_id()
    return Session(new_session_id(), user, primary, second, kept, root)


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long sessions last, counted from the primary proof.

    ``lifetime`` is that of a session that ends with the browser (``Set-AdfsProperties
    -SsoLifetime``), ``kept_lifetime`` that of a kept one (``-KmsiLifetimeMins``). If
    ``kept_lifetime`` is None, kept sessions are off, and existing ones have ended. So have kept
    sessions from before ``kept_since`` (``-PersistentSsoCutoffTime``).
    """

    lifetime: timedelta
    kept_lifetime: timedelta | None = None
    kept_since: datetime | None = None

    def remaining(self, session: Session, now: datetime) -> timedelta:
        """Return how long the session still lasts; zero or negative if it has ended."""
        began_at = session.primary.at
        lifetime = self.kept_lifetime if session.kept else self.lifetime
        if lifetime is None:
            return timedelta()
        if session.kept and self.kept_since and began_at < self.kept_since:
            return timedelta()
        return began_at + lifetime - now


def session_rules(settings: SignInSection) -> SessionRules:
    """Return the rules in the section ``[sign_in]`` of the configuration."""
    return SessionRules(
        lifetime=timedelta(minutes=settings.session_minutes),
        kept_lifetime=settings.kept_lifetime,
        kept_since=settings.kept_sessions_since,
    )


class Sessions:
    """Writes sessions as the sealed value of a cookie, and reads them back.

    What the latest cookies say is remembered, since browsers send them again with each request;
    whether they still count is asked each time.
    """

    def __init__(self, seal: Seal, rules: SessionRules, now: Callable[[], datetime]) -> None:
        self._seal = seal
        self._unsealed = lru_cache(MAX_REMEMBERED)(partial(seal.open_whenever, _from_json))
        self._now = now
        self.rules = rules

    def remaining(self, session: Session) -> timedelta:
        """Return how long the session still lasts; zero or negative if it has ended."""
        return self.rules.remaining(session, self._now())

    def write(self, session: Session) -> str:
        """Return the cookie's value."""
        return self._seal.seal(_to_json(session), lifetime=self.remaining(session))

    def read(self, cookie: str | None) -> Session | None:
        """Return the session of a cookie; None if it is not ours, cannot be read, or has ended."""
        if not cookie:
            return None
        try:
            session, expiry = self._unsealed(cookie)
        except SealBroken:
            return None
        now = self._now()
        # The seal has an expiry too, but the rules may have become stricter since.
        has_ended = has_passed(expiry, now) or self.rules.remaining(session, now) <= timedelta()
        return None if has_ended else session


# While a farm is upgraded node by node, a browser goes back and forth between two versions. For one
# release, a cookie therefore holds the proofs under both names: "primary" and "second", and those
# that the version before reads and writes ("password_at", "mfa_at", "mfa_method"). That version
# takes every first proof for a password; a session that began otherwise it must take for ended.
_ENDED_LONG_AGO = 0


def _to_json(session: Session) -> dict[str, Any]:
    primary, second = session.primary, session.second
    is_password = primary.method == PASSWORD_PROTECTED_TRANSPORT
    return {
        "id": session.id,
        "user": session.user,
        "primary": _proof_to_json(primary),
        "second": _proof_to_json(second) if second else None,
        "kept": session.kept,
        "root": session.root,
        "interrupt_due": session.interrupt_due,
        "password_at": primary.at.timestamp() if is_password else _ENDED_LONG_AGO,
        "mfa_at": second.at.timestamp() if second else None,
        "mfa_method": second.method if second else None,
    }


def _from_json(values: dict[str, Any]) -> Session:
    if "primary" in values:
        primary, second = values["primary"], values["second"]
    else:
        primary = {"method": PASSWORD_PROTECTED_TRANSPORT, "at": values["password_at"]}
        at = values["mfa_at"]
        second = {"method": values["mfa_method"], "at": at} if at is not None else None
    return Session(
        id=values["id"],
        user=values["user"],
        primary=_proof_from_json(primary),
        second=_proof_from_json(second) if second else None,
        kept=values.get("kept", False),
        root=values.get("root", values["id"]),
        interrupt_due=values.get("interrupt_due", False),
    )


def _proof_to_json(proof: Proof) -> dict[str, Any]:
    return {"method": proof.method, "at": proof.at.timestamp()}


def _proof_from_json(values: dict[str, Any]) -> Proof:
    return Proof(values["method"], datetime.fromtimestamp(values["at"], UTC))
