"""The signed-in user: whether a session is still valid, whatever the user is on the way to."""

from __future__ import annotations

from idp.directory import User
from idp.session.sign_in_store import SignInStore
from idp.session.sso import Session


def valid_session(sign_ins: SignInStore, session: Session | None) -> Session | None:
    """Return *session* if it is still valid, else None."""
    user = _find_user(sign_ins, session)
    return session if session and user and is_valid(session, user) else None


def session_not_ended(sign_ins: SignInStore, session: Session | None) -> Session | None:
    """Return *session* unless it was signed out.

    After a change of the password it no longer signs anybody in, but its service providers still
    have to be told of a log-out.
    """
    return session if _find_user(sign_ins, session) else None


def is_valid(session: Session, user: User) -> bool:
    """Say whether *session* still counts: a disabled user has none, a new password ends all."""
    return not user.disabled and session.primary.at >= user.valid_from


def _find_user(sign_ins: SignInStore, session: Session | None) -> User | None:
    if session is None:
        return None
    facts = sign_ins.facts(None, session.user, session.root, None)
    return None if facts.session_ended else facts.user
