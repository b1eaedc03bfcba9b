"""What is known of a sign-in before a step: trust, node, and whose session the browser has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from idp.directory import User
from idp.federation.access_control.decision import (
    NOT_AUTHENTICATED,
    Access,
    AccessRules,
    decide,
)
from idp.federation.authenticated_user import AuthenticatedUser, authentication_methods
from idp.federation.farm import Node
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.federation.request_context import RequestContext
from idp.saml.refusal import Refused
from idp.services import Services
from idp.session.current import is_valid
from idp.session.node import NoNode
from idp.session.sso import Session
from idp.signin.steps import Needs


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """One look at the store. ``session`` and ``user`` are both there, or both None."""

    trust: RelyingPartyTrust
    node: Node
    rules: AccessRules
    session: Session | None = None
    user: User | None = None

    def authenticated_user(
        self, needs: Needs, request_context: RequestContext
    ) -> AuthenticatedUser | None:
        """Return what the session proves of its user, as far as it counts; None without one."""
        if self.session is None or self.user is None:
            return None
        session, second = self.session, needs.valid_second_factor(self.session)
        methods = authentication_methods(session.primary.method, second.method if second else None)
        return AuthenticatedUser(self.user, methods, self.session.authenticated_at, request_context)

    def access(self, authenticated: AuthenticatedUser | None) -> Access:
        """Decide access for an authenticated user; deny when nobody is authenticated."""
        if authenticated is None:
            return NOT_AUTHENTICATED
        return decide(self.trust.settings, self.rules, authenticated)


FactsLoader = Callable[[str], SignInFacts]
"""Looks at the store for one trust; within one web request, the same look serves twice."""


def cached_loader(services: Services, session: Session | None, node: str | None) -> FactsLoader:
    """Return the look of one web request that brought *session* to *node* (None: the first)."""
    seen: dict[str, SignInFacts] = {}

    def look(entity_id: str) -> SignInFacts:
        if entity_id not in seen:
            seen[entity_id] = load_facts(services, entity_id, session, node)
        return seen[entity_id]

    return look


def load_facts(
    services: Services, entity_id: str, session: Session | None, node: str | None
) -> SignInFacts:
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
    known = SignInFacts(trust, facts.node, facts.rules)
    if session is None or user is None or facts.session_ended or not is_valid(session, user):
        return known
    return SignInFacts(trust, facts.node, facts.rules, session, user)


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
