"""Loads what a sign-in step needs in one database read: trust, node, session, user."""

from __future__ import annotations

from collections.abc import Callable

from idp.directory import User
from idp.federation.access_control.access_rules import AccessRules
from idp.federation.access_control.decision import NOT_AUTHENTICATED, Access, decide_for_own_page
from idp.federation.authenticated_user import AuthenticatedUser, authentication_methods
from idp.federation.farm import Node
from idp.federation.prepared_trust import PreparedTrust
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.federation.request_context import NOWHERE, RequestContext
from idp.request_value import request_value
from idp.saml.refusal import Refused
from idp.services import Services
from idp.session.current import signed_in_user
from idp.session.node import NoNode
from idp.session.sso import Session
from idp.signin.steps import Needs


@request_value
class SignInFacts:
    """What holds at the moment of one read.

    ``prepared`` is the trust with what follows from it, None for a sign-in to a page of our own.
    ``session`` is valid, and ``user`` is its user; both are None if there is no valid session.
    ``rules`` are those for all trusts.
    """

    prepared: PreparedTrust | None
    node: Node
    rules: AccessRules
    session: Session | None = None
    user: User | None = None

    @property
    def trust(self) -> RelyingPartyTrust | None:
        """The trust, None for a sign-in to a page of our own."""
        return self.prepared.trust if self.prepared else None

    @property
    def settings(self) -> TrustSettings | None:
        """The settings of the trust, None without a trust."""
        return self.trust.settings if self.trust else None

    def existing_trust(self) -> RelyingPartyTrust:
        """Return the trust; raises :class:`LookupError` for a sign-in without one."""
        if self.trust is None:
            raise LookupError("this sign-in has no relying party trust")
        return self.trust

    def authenticated_user(
        self, needs: Needs, request_context: RequestContext
    ) -> AuthenticatedUser | None:
        """Return the user with the proofs that count, None without a valid session."""
        session, user = self.session, self.user
        if session is None or user is None:
            return None
        second = needs.valid_second_factor(session)
        methods = authentication_methods(session.primary.method, second.method if second else None)
        return AuthenticatedUser(user, methods, session.authenticated_at, request_context)

    def access(self, authenticated: AuthenticatedUser | None) -> Access:
        """Decide access for an authenticated user; deny when nobody is authenticated."""
        if authenticated is None:
            return NOT_AUTHENTICATED
        if self.prepared is None:
            return decide_for_own_page(self.rules, authenticated)
        return self.prepared.access(authenticated)


FactsLoader = Callable[[str | None], SignInFacts]
"""Loads the facts for the trust with an entity ID, or without a trust for None."""


def cached_loader(
    services: Services,
    session: Session | None,
    node: str | None,
    where: RequestContext = NOWHERE,
) -> FactsLoader:
    """Return a loader that remembers what it read during this web request.

    *session* is the one in the browser's cookie. *node* names the node that answers, None the
    farm's first. *where* is where the request comes from.
    """
    loaded: dict[str | None, SignInFacts] = {}

    def load(entity_id: str | None) -> SignInFacts:
        if entity_id not in loaded:
            loaded[entity_id] = load_facts(services, entity_id, session, node, where)
        return loaded[entity_id]

    return load


def load_facts(
    services: Services,
    entity_id: str | None,
    session: Session | None,
    node: str | None,
    where: RequestContext = NOWHERE,
) -> SignInFacts:
    """Return the facts of this moment; a session that is not valid is left out.

    *entity_id* is any identifier of the trust, None for a page of our own. Raises :class:`Refused`
    if there is no such trust, or it is disabled or expired, and :class:`NoNode`.
    """
    facts = services.sign_ins.facts(
        entity_id,
        session.user if session else None,
        session.root if session else None,
        node,
    )
    if entity_id is not None:
        _check_trust(services, facts.trust, entity_id)
    configured = services.config.server.node
    if facts.node is None or (configured is not None and facts.node.name != configured):
        raise NoNode
    user = signed_in_user(facts, session, services.directory, where)
    return SignInFacts(facts.prepared, facts.node, facts.rules, session if user else None, user)


def _check_trust(services: Services, trust: RelyingPartyTrust | None, entity_id: str) -> None:
    if trust is None or not trust.settings.enabled:
        raise _unknown_trust(entity_id)
    if trust.has_expired(services.clock.now()):
        raise _expired(entity_id)


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
