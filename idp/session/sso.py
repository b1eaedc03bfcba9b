"""The SSO session: who signed in in this browser, when, and with which factors."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from idp.config.schema import SignInSection
from idp.session.seal import Seal, SealBroken


def new_session_id() -> str:
    """Return 128 random bits as text."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True, slots=True)
class Session:
    """One session. ``id`` changes at every level, so that none can be fixed beforehand.

    ``root`` stays: by it the session is ended, and its service providers are known.
    ``mfa_method`` is the authentication method claim of the second factor, None without one.
    ``kept`` says that the user wants it to outlive the browser's window.
    """

    id: str
    user: str
    password_at: datetime
    mfa_at: datetime | None = None
    mfa_method: str | None = None
    kept: bool = False
    root: str = field(default_factory=new_session_id)

    @property
    def authenticated_at(self) -> datetime:
        """When the user last proved something: the assertion's AuthnInstant."""
        return max(self.password_at, self.mfa_at or self.password_at)

    def with_second_factor(self, method: str, now: datetime) -> Session:
        """Return the session one level up, under a new id."""
        return replace(self, id=new_session_id(), mfa_at=now, mfa_method=method)


def start_session(
    user: str, now: datetime, *, kept: bool = False, going_on: Session | None = None
) -> Session:
    """Return a session of *user*, who has just given the password.

    Where the same user has a good one already, *going_on*, it stays that one: a log-out reaches
    the service providers of before, too.
    """
    same = going_on is not None and going_on.user == user
    root = going_on.root if same and going_on is not None else new_session_id()
    return Session(id=new_session_id(), user=user, password_at=now, kept=kept, root=root)


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long sessions last, from the password on.

    With ``kept_lifetime`` None nobody may keep one, and those that were kept have ended; so have
    those from before ``kept_since`` (facts §C.9).
    """

    lifetime: timedelta
    kept_lifetime: timedelta | None = None
    kept_since: datetime | None = None

    @property
    def longest(self) -> timedelta:
        """How long any session may last."""
        return max(self.lifetime, self.kept_lifetime or self.lifetime)

    def left(self, session: Session, now: datetime) -> timedelta:
        """Return how long the session still lasts; it may be nothing, or less."""
        lifetime = self.kept_lifetime if session.kept else self.lifetime
        if lifetime is None:
            return timedelta()
        if session.kept and self.kept_since and session.password_at < self.kept_since:
            return timedelta()
        return session.password_at + lifetime - now


def session_rules(settings: SignInSection) -> SessionRules:
    """Return how long sessions last by the section ``[sign_in]`` of the configuration."""
    return SessionRules(
        lifetime=timedelta(minutes=settings.session_minutes),
        kept_lifetime=settings.kept_lifetime,
        kept_since=settings.kept_sessions_since,
    )


class Sessions:
    """Sessions as the sealed text of a cookie."""

    def __init__(self, seal: Seal, rules: SessionRules, now: Callable[[], datetime]) -> None:
        self._seal = seal
        self._now = now
        self.rules = rules

    def left(self, session: Session) -> timedelta:
        """Return how long the session still lasts; it may be nothing, or less."""
        return self.rules.left(session, self._now())

    def write(self, session: Session) -> str:
        """Return the cookie's value."""
        return self._seal.seal(
            {
                "id": session.id,
                "user": session.user,
                "password_at": session.password_at.timestamp(),
                "mfa_at": session.mfa_at.timestamp() if session.mfa_at else None,
                "mfa_method": session.mfa_method,
                "kept": session.kept,
                "root": session.root,
            },
            lifetime=self.left(session),
        )

    def read(self, cookie: str | None) -> Session | None:
        """Return the session of a cookie; None for any that is not ours or has ended."""
        if not cookie:
            return None
        try:
            values = self._seal.open(cookie)
        except SealBroken:
            return None
        mfa_at = values["mfa_at"]
        session = Session(
            id=values["id"],
            user=values["user"],
            password_at=datetime.fromtimestamp(values["password_at"], UTC),
            mfa_at=datetime.fromtimestamp(mfa_at, UTC) if mfa_at is not None else None,
            mfa_method=values["mfa_method"],
            kept=values.get("kept", False),
            root=values.get("root", values["id"]),
        )
        # Not only by the seal: rules may have become stricter since it was given.
        return session if self.left(session) > timedelta() else None
