"""The assertion for one finished sign-in, as values; the writing is ``idp.saml``'s."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

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
from idp.saml.values import Assertion, NameID, NameIDPolicy
from idp.signin import errors
from idp.signin.pending import PendingSignIn
from idp.signin.steps import PRIMARY_METHODS


@dataclass(frozen=True, slots=True)
class Issuer:
    """What signs: the entity id and its token-signing keys; and what knows persistent names.

    ``delivery_window`` is how long the bearer may carry a response.
    """

    entity_id: str
    keys: SigningKeyRing
    names: PersistentNames
    delivery_window: timedelta

    @property
    def key(self) -> SigningKey:
        """The key of this moment."""
        return self.keys.current().primary.key


def required_factors(
    pending: PendingSignIn, trust: RelyingPartyTrust, is_announced: Callable[[str], bool]
) -> RequiredFactors:
    """Return what the request requires of the sign-in.

    Raises :class:`Refused`, addressed to the service provider, for what nobody could be given:
    a context that cannot be met, a NameID that the trust does not get.
    """
    with _reported_to_sp(pending):
        if trust.settings.claim_rules is None:
            choose_format(trust, _policy_of(pending))
        allowed = trust.settings.allowed_authentication_class_references
        offered = OfferedMethods(PRIMARY_METHODS, is_announced, allowed)
        return resolve_requested_context(*_context_of(pending), offered=offered)


def build_response(
    pending: PendingSignIn,
    trust: RelyingPartyTrust,
    authenticated: AuthenticatedUser,
    *,
    required: RequiredFactors,
    issuer: Issuer,
    now: datetime,
) -> tuple[bytes, Assertion]:
    """Return the Response that answers *pending*, signed and encrypted as the trust says.

    Beside it stands what it says, as values. Raises :class:`Refused`: of an address taken
    from the trust meanwhile; and, addressed to the service provider, of what this user cannot be
    given.
    """
    acs_by_url(trust.service_provider, pending.acs_url)
    with _reported_to_sp(pending):
        assertion = _assertion(
            pending, trust, authenticated, required=required, issuer=issuer, now=now
        )
    xml = write_response(
        assertion,
        response_id=new_id(),
        destination=pending.acs_url,
        key=trust.signs_with(issuer.key),
        sign_assertion=trust.signs_assertion,
        sign_response=trust.signs_response,
        encryption=trust.encryption_at(now),
    )
    return xml, assertion


def new_id() -> str:
    """Return an xs:ID in AD FS's form."""
    return f"_{uuid.uuid4()}"


def _assertion(
    pending: PendingSignIn,
    trust: RelyingPartyTrust,
    authenticated: AuthenticatedUser,
    *,
    required: RequiredFactors,
    issuer: Issuer,
    now: datetime,
) -> Assertion:
    settings = trust.settings
    issued = issue_claims(
        authenticated, trust, _policy_of(pending), issuer=issuer.entity_id, names=issuer.names
    )
    _must_be_who_was_asked_for(pending, authenticated.user, issued.name_id)
    identifier = new_id()
    return Assertion(
        id=identifier,
        issuer=issuer.entity_id,
        audience=pending.audience or trust.entity_id,
        recipient=pending.acs_url,
        in_response_to=pending.request_id,
        issue_instant=now,
        not_before=now - timedelta(minutes=settings.not_before_skew),
        not_on_or_after=now + settings.lifetime,
        confirmation_not_on_or_after=now + issuer.delivery_window,
        authn_instant=authenticated.authenticated_at,
        session_index=identifier,
        session_not_on_or_after=None,
        authn_context_class=answered_context(
            *_context_of(pending),
            required,
            style=settings.authentication_context,
            methods=authenticated.methods,
            by_rule=issued.context,
        ),
        name_id=issued.name_id,
        attributes=issued.attributes,
    )


def _must_be_who_was_asked_for(
    pending: PendingSignIn, user: Subject, name_id: NameID | None
) -> None:
    """A Subject chooses nobody: it names who signed in, or it is refused (saml-core §3.4.1).

    The name may be the one that the service provider knows, or one that people go by.
    """
    subject = pending.request.subject if pending.request else None
    if subject is None:
        return
    known = {user.upn, user.email.lower(), user.windows_account_name.lower()} - {""}
    same_name = name_id is not None and subject.value == name_id.value
    if not same_name and subject.value.lower() not in known:
        raise unknown_principal()


def _policy_of(pending: PendingSignIn) -> NameIDPolicy:
    return pending.request.name_id_policy if pending.request else NameIDPolicy()


def _context_of(pending: PendingSignIn) -> tuple[tuple[str, ...], str]:
    request = pending.request
    return (request.requested_contexts, request.comparison) if request else ((), "exact")


@contextmanager
def _reported_to_sp(pending: PendingSignIn) -> Iterator[None]:
    """Let the service provider be told of a refusal."""
    try:
        yield
    except Refused as refused:
        raise errors.addressed(refused, pending) from None
