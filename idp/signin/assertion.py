"""Builds the response to a complete sign-in: which claims, which context, which lifetimes.

``idp.saml`` writes and signs it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from idp.federation.authenticated_user import AuthenticatedUser
from idp.federation.claims import Subject
from idp.federation.issuance.issue import issue_claims
from idp.federation.issuance.name_ids import PersistentNames, choose_format
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.federation.token_signing.ring import SigningKeyRing
from idp.saml.assertions import SigningKey, write_response
from idp.saml.contexts import (
    OfferedMethods,
    RequiredFactors,
    answered_context,
    resolve_requested_context,
)
from idp.saml.endpoints import acs_by_url
from idp.saml.refusal import Refused
from idp.saml.requests import unknown_principal
from idp.saml.values import Assertion, AuthnRequest, NameID, NameIDPolicy
from idp.signin import errors, recorded_claims, recorded_messages
from idp.signin.destination import Destination, OwnPage, SamlDestination
from idp.web.web_request import Activity


@dataclass(frozen=True, slots=True)
class Issuer:
    """This server as the issuer of assertions.

    ``delivery_window`` is how long the browser may take to deliver a response (AD FS:
    ``Set-AdfsProperties -SamlMessageDeliveryWindow``).
    """

    entity_id: str
    keys: SigningKeyRing
    names: PersistentNames
    delivery_window: timedelta

    @property
    def key(self) -> SigningKey:
        """The token-signing key of this moment."""
        return self.keys.current().primary.key


def required_factors(
    destination: Destination,
    trust: RelyingPartyTrust | None,
    is_announced: Callable[[str], bool],
    *,
    primary: tuple[str, ...],
) -> RequiredFactors:
    """Return which factors the request requires; a page of our own requires nothing by itself.

    *is_announced* says whether an adapter has announced a method, *primary* are the primary methods
    that this server offers. Raises :class:`Refused`,
    addressed to the service provider, if this server can satisfy no requested context, or the
    trust cannot have the requested NameID.
    """
    if isinstance(destination, OwnPage) or trust is None:
        return resolve_requested_context((), offered=OfferedMethods(primary))
    allowed = trust.settings.allowed_authentication_class_references
    offered = OfferedMethods(primary, is_announced, allowed)
    try:
        if trust.settings.claim_rules is None:
            choose_format(trust, _name_id_policy(destination))
        return resolve_requested_context(*_requested_context(destination), offered=offered)
    except Refused as refused:
        raise errors.addressed(refused, destination) from None


def build_response(
    destination: SamlDestination,
    trust: RelyingPartyTrust,
    authenticated: AuthenticatedUser,
    *,
    required: RequiredFactors,
    issuer: Issuer,
    now: datetime,
    activity: Activity,
) -> tuple[bytes, Assertion]:
    """Return the Response to the trust, signed and encrypted as its settings say.

    The second value is the content of its assertion; *activity* records its claims. Raises
    :class:`Refused` if the address was removed from the trust meanwhile; and, addressed to the
    service provider, if the user cannot have what the request asks for.
    """
    acs_by_url(trust.service_provider, destination.acs_url)
    try:
        assertion = _assertion(
            destination,
            trust,
            authenticated,
            required=required,
            issuer=issuer,
            now=now,
            activity=activity,
        )
    except Refused as refused:
        raise errors.addressed(refused, destination) from None
    write = partial(
        write_response,
        assertion,
        response_id=new_id(),
        destination=destination.acs_url,
        key=trust.signs_with(issuer.key),
        sign_assertion=trust.signs_assertion,
        sign_response=trust.signs_response,
    )
    encryption = trust.encryption_at(now)
    if encryption is not None:
        recorded_messages.before_encryption(activity, write)
    return write(encryption=encryption), assertion


def new_id() -> str:
    """Return a new xs:ID in the form that AD FS uses."""
    return f"_{uuid.uuid4()}"


def _assertion(
    destination: SamlDestination,
    trust: RelyingPartyTrust,
    authenticated: AuthenticatedUser,
    *,
    required: RequiredFactors,
    issuer: Issuer,
    now: datetime,
    activity: Activity,
) -> Assertion:
    settings, request = trust.settings, destination.request
    policy = _name_id_policy(destination)
    issued = issue_claims(authenticated, trust, policy, issuer=issuer.entity_id, names=issuer.names)
    recorded_claims.issued(activity, authenticated, issued)
    _check_subject(request, authenticated.user, issued.name_id)
    identifier = new_id()
    return Assertion(
        id=identifier,
        issuer=issuer.entity_id,
        audience=destination.audience,
        recipient=destination.acs_url,
        in_response_to=request.id if request else None,
        issue_instant=now,
        not_before=now - timedelta(minutes=settings.not_before_skew),
        not_on_or_after=now + settings.lifetime,
        confirmation_not_on_or_after=now + issuer.delivery_window,
        authn_instant=authenticated.authenticated_at,
        session_index=identifier,
        session_not_on_or_after=None,
        authn_context_class=answered_context(
            *_requested_context(destination),
            required,
            style=settings.authentication_context,
            methods=authenticated.methods,
            by_rule=issued.context,
        ),
        name_id=issued.name_id,
        attributes=issued.attributes,
    )


def _check_subject(request: AuthnRequest | None, user: Subject, name_id: NameID | None) -> None:
    """Refuse a request whose Subject is not the user who signed in (saml-core §3.4.1).

    The Subject may hold the NameID that the service provider knows, or a name of the user.
    """
    subject = request.subject if request else None
    if subject is None:
        return
    names = {user.upn, user.email.lower(), user.windows_account_name.lower()} - {""}
    is_name_id = name_id is not None and subject.value == name_id.value
    if not is_name_id and subject.value.lower() not in names:
        raise unknown_principal()


def _name_id_policy(destination: SamlDestination) -> NameIDPolicy:
    request = destination.request
    return request.name_id_policy if request else NameIDPolicy()


def _requested_context(destination: SamlDestination) -> tuple[tuple[str, ...], str]:
    request = destination.request
    return (request.requested_contexts, request.comparison) if request else ((), "exact")
