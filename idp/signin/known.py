"""What is known of a sign-in before a step: trust, node, and whose session the browser has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from idp.directory import User
from idp.federation.access_control.decision import AccessRules
from idp.federation.nodes import Node
from idp.federation.relying_party import RelyingPartyTrust
from idp.saml.refusal import Refused
from idp.services import Services
from idp.session.sso import Session
from idp.signin.nodes import NoNode


@dataclass(frozen=True, slots=True)
class Known:
    """One look at the store. ``session`` and ``user`` are both there, or both None."""

    trust: RelyingPartyTrust
    node: Node
    rules: AccessRules
    session: Session | None = None
    user: User | None = None


Look = Callable[[str], Known]
"""Looks at the store for one trust; within one web request, the same look serves twice."""


def looking(services: Services, session: Session | None, node: str | None) -> Look:
    """Return the look of one web request that brought *session* to *node* (None: the first)."""
    seen: dict[str, Known] = {}

    def look(entity_id: str) -> Known:
        if entity_id not in seen:
            seen[entity_id] = look_up(services, entity_id, session, node)
        return seen[entity_id]

    return look


def look_up(services: Services, entity_id: str, session: Session | None, node: str | None) -> Known:
    """Return what holds at this moment; a session that is not good any more counts as none.

    Raises :class:`Refused` when there is no such trust or it is disabled, and :class:`NoNode`.
    """
    facts = services.sign_ins.facts(
        entity_id,
        session.user if session else None,
        session.root if session else None,
        node,
    )
    trust, user = facts.trust, facts.user
    if trust is None or not trust.settings.enabled:
        raise _unknown_trust(entity_id)
    if trust.has_expired(services.clock.now()):
        raise _expired(entity_id)
    configured = services.config.server.node
    if facts.node is None or (configured is not None and facts.node.name != configured):
        raise NoNode
    known = Known(trust, facts.node, facts.rules)
    if session is None or user is None or facts.session_ended or not _is_good(session, user):
        return known
    return Known(trust, facts.node, facts.rules, session, user)


def signed_in(services: Services, session: Session | None) -> Session | None:
    """Return *session* where it is still good, whatever it is for."""
    user = _user_of(services, session)
    return session if session and user and _is_good(session, user) else None


def not_signed_out(services: Services, session: Session | None) -> Session | None:
    """Return *session* where nobody has signed out of it.

    It may let nobody in any more, since a new password, and yet have service providers to tell.
    """
    return session if _user_of(services, session) else None


def _user_of(services: Services, session: Session | None) -> User | None:
    if session is None:
        return None
    facts = services.sign_ins.facts("", session.user, session.root, None)
    return None if facts.session_ended else facts.user


def _is_good(session: Session, user: User) -> bool:
    """A disabled user has no session, and a new password ends the older ones."""
    return not user.disabled and session.password_at >= user.valid_from


def _unknown_trust(entity_id: str) -> Refused:
    return Refused(
        f"There is no enabled relying party trust {entity_id[:200]!r}",
        "See tallystick sp list, or add the service provider's metadata",
        code="MSIS7007",
    )


def _expired(entity_id: str) -> Refused:
    return Refused(
        f"The metadata of {entity_id[:200]!r} has passed its validUntil",
        "Import it again with tallystick sp add; honour_valid_until=false ignores it",
        code="metadata_expired",
    )
