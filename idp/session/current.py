"""Who is signed in: whether a session is still good, whatever the user is on the way to."""

from __future__ import annotations

from idp.directory import User
from idp.session.sign_in_store import SignInStore
from idp.session.sso import Session


def signed_in(sign_ins: SignInStore, session: Session | None) -> Session | None:
    """Return *session* where it is still good, whatever it is for."""
    user = _user_of(sign_ins, session)
    return session if session and user and is_good(session, user) else None


def not_signed_out(sign_ins: SignInStore, session: Session | None) -> Session | None:
    """Return *session* where nobody has signed out of it.

    It may let nobody in any more, since a new password, and yet have service providers to tell.
    """
    return session if _user_of(sign_ins, session) else None


def _user_of(sign_ins: SignInStore, session: Session | None) -> User | None:
    if session is None:
        return None
    facts = sign_ins.facts("", session.user, session.root, None)
    return None if facts.session_ended else facts.user


def is_good(session: Session, user: User) -> bool:
    """A disabled user has no session, and a new password ends the older ones."""
    return not user.disabled and session.password_at >= user.valid_from
