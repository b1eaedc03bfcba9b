"""The signed-in user: whether a session is still valid, whatever the user is on the way to."""

from __future__ import annotations

from idp.directory import Directory, User
from idp.directory.lockout import Origin
from idp.federation.request_context import RequestContext
from idp.session.sign_in_store import SignInStore, StoredFacts
from idp.session.sso import Session


def signed_in_user(
    facts: StoredFacts, session: Session | None, directory: Directory, where: RequestContext
) -> User | None:
    """Return the user of *session*, None unless it is valid for requests from *where*.

    *facts* are those of the session's user and root. Every step of every host asks here, and so
    asks for the lock of the account again: while it is locked, a session in which nothing was
    issued yet gets nothing, or whoever guessed the password among many wrong ones at once would
    keep what the lock takes away. Users who are signed in to a service provider stay so: strangers
    could end their sessions otherwise.
    """
    user = facts.user
    if session is None or user is None or facts.session_ended or not is_valid(session, user):
        return None
    if not facts.session_has_tokens and directory.is_locked(facts.account, origin_of(where)):
        return None
    return user


def session_not_ended(sign_ins: SignInStore, session: Session | None) -> Session | None:
    """Return *session* unless it was signed out.

    After a change of the password it no longer signs anybody in, but its service providers still
    have to be told of a log-out.
    """
    if session is None:
        return None
    facts = sign_ins.facts(None, session.user, session.root, None)
    return session if facts.user and not facts.session_ended else None


def is_valid(session: Session, user: User) -> bool:
    """Say whether *session* still counts: a disabled user has none, a new password ends all."""
    return not user.disabled and session.primary.at >= user.valid_from


def origin_of(where: RequestContext) -> Origin:
    """Return where a request comes from, for the lock-out."""
    return Origin(where.user_ips, extranet=not where.inside_corporate_network)
