"""The assertion for one finished sign-in, as values; the writing is ``idp.saml``'s."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.directory import User
from idp.federation.issuance import issue
from idp.federation.ports import SigningKeyRing
from idp.federation.trusts import RelyingPartyTrust
from idp.saml.assertions import SigningKey, write_response
from idp.saml.contexts import (
    MULTIPLE_AUTHN,
    PASSWORD_PROTECTED_TRANSPORT,
    RequestedFactor,
    resolve_requested_context,
)
from idp.saml.endpoints import acs_by_url
from idp.saml.refusal import Refused
from idp.saml.values import Assertion
from idp.session.sso import Session
from idp.signin import failures
from idp.signin.pending import PendingSignIn

DELIVERY_WINDOW = timedelta(minutes=5)
"""How long the bearer may carry the response (AD FS: SamlMessageDeliveryWindow)."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """What signs: the entity id, and its token-signing keys."""

    entity_id: str
    keys: SigningKeyRing

    @property
    def key(self) -> SigningKey:
        """The key of this moment."""
        return self.keys.current().primary.key


def authentication_methods(session: Session) -> tuple[str, ...]:
    """Return all values of ``authnmethodsreferences`` (facts §A.4)."""
    if session.mfa_method is None:
        return (PASSWORD_PROTECTED_TRANSPORT,)
    return (PASSWORD_PROTECTED_TRANSPORT, session.mfa_method, MULTIPLE_AUTHN)


def requested_factor(pending: PendingSignIn) -> RequestedFactor:
    """Return what the request demands; raises :class:`Refused` when there is no such thing."""
    request = pending.request
    if request is None:
        return resolve_requested_context(())
    try:
        return resolve_requested_context(request.requested_contexts, request.comparison)
    except Refused as refused:
        raise failures.addressed(refused, pending) from None


def response_for(
    pending: PendingSignIn,
    trust: RelyingPartyTrust,
    user: User,
    session: Session,
    issuer: Issuer,
    now: datetime,
) -> bytes:
    """Return the Response that answers *pending*, signed and encrypted as the trust says.

    Raises :class:`Refused` when its address was taken from the trust meanwhile.
    """
    acs_by_url(trust.service_provider, pending.acs_url)
    return write_response(
        _assertion(pending, trust, user, session, issuer.entity_id, now),
        response_id=new_id(),
        destination=pending.acs_url,
        key=issuer.key,
        sign_assertion=trust.signs_assertion,
        sign_response=trust.signs_response,
        encryption=trust.encryption,
    )


def new_id() -> str:
    """Return an xs:ID in AD FS's form."""
    return f"_{uuid.uuid4()}"


def _assertion(
    pending: PendingSignIn,
    trust: RelyingPartyTrust,
    user: User,
    session: Session,
    entity_id: str,
    now: datetime,
) -> Assertion:
    request = pending.request
    issued = issue(
        user,
        trust,
        name_id_format_asked=request.name_id_format if request else None,
        methods=authentication_methods(session),
    )
    identifier = new_id()
    return Assertion(
        id=identifier,
        issuer=entity_id,
        audience=trust.entity_id,
        recipient=pending.acs_url,
        in_response_to=pending.request_id,
        issue_instant=now,
        not_before=now - timedelta(minutes=trust.settings.not_before_skew),
        not_on_or_after=now + timedelta(minutes=trust.settings.token_lifetime),
        confirmation_not_on_or_after=now + DELIVERY_WINDOW,
        authn_instant=session.authenticated_at,
        session_index=identifier,
        session_not_on_or_after=None,
        authn_context_class=requested_factor(pending).answer,
        name_id=issued.name_id,
        attributes=issued.attributes,
    )
