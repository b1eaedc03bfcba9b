"""Reads and checks AuthnRequests.

Sources: saml-core §3.4.1, saml-profiles §4.1.4.1. Whether an ID was used before is not checked
here: the host remembers used IDs as long as a request can be fresh (``max_age`` plus twice
``skew``).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from lxml import etree

from idp.saml import endpoints, messages, uris
from idp.saml.bindings import SamlMessage
from idp.saml.contexts import not_met
from idp.saml.messages import MAX_AGE, SKEW, FindTrust, RequestRules
from idp.saml.refusal import Refused, about
from idp.saml.signature import UNEXPECTED_ALGORITHM
from idp.saml.values import (
    POST,
    UNSPECIFIED,
    AuthnRequest,
    NameID,
    NameIDPolicy,
    ServiceProvider,
)
from idp.saml.xml import child_of, text_of

_SUBJECT = f"{{{uris.ASSERTION}}}Subject"
_NAME_ID = f"{{{uris.ASSERTION}}}NameID"
_UNREADABLE_IDS = (f"{{{uris.ASSERTION}}}BaseID", f"{{{uris.ASSERTION}}}EncryptedID")
_NAME_ID_POLICY = f"{{{uris.PROTOCOL}}}NameIDPolicy"
_CONTEXT = f"{{{uris.PROTOCOL}}}RequestedAuthnContext"
_CLASS = f"{{{uris.ASSERTION}}}AuthnContextClassRef"
_DECLARATION = f"{{{uris.ASSERTION}}}AuthnContextDeclRef"


def read_authn_request(
    message: SamlMessage,
    *,
    find_trust: FindTrust,
    destinations: Collection[str],
    now: datetime,
    skew: timedelta = SKEW,
    max_age: timedelta = MAX_AGE,
) -> AuthnRequest:
    """Return the request in *message*, checked against the trust of its issuer.

    *find_trust* returns the trust's rules; it is called once. *destinations* are our own addresses.
    A signature that is present is always checked. One is required if the metadata says
    AuthnRequestsSigned, or the trust does. Raises :class:`Refused`.
    """
    root = messages.parse_message(message, parameter="SAMLRequest", name="AuthnRequest")
    issuer = messages.read_issuer(root)
    rules = messages.find_rules(issuer, find_trust)
    service_provider = rules.service_provider
    with about(service_provider.entity_id):
        signed = _check_signatures(root, message, rules)
        messages.check_destination(root, destinations, signed=signed)
        issue_instant = messages.check_fresh(root, now=now, skew=skew, max_age=max_age)
        acs_url = _acs_url(root, service_provider)
    try:
        # From here on the service provider gets the refusal: it is known, and so is its address.
        _check_supported(root)
        return _read_checked(
            root, service_provider.entity_id, issuer, acs_url, issue_instant, signed=signed
        )
    except Refused as refusal:
        raise _addressed(refusal, root, message, service_provider, signed=signed) from None


def _read_checked(
    root: etree._Element,
    entity_id: str,
    audience: str,
    acs_url: str,
    issue_instant: datetime,
    *,
    signed: bool,
) -> AuthnRequest:
    """Return the request whose issuer, signature, addresses and age have been checked."""
    force_authn, is_passive = _flags(root)
    contexts, comparison = _requested_context(root)
    return AuthnRequest(
        id=root.get("ID"),
        issuer=entity_id,
        acs_url=acs_url,
        issue_instant=issue_instant,
        force_authn=force_authn,
        is_passive=is_passive,
        name_id_policy=_name_id_policy(root),
        subject=_subject(root),
        requested_contexts=contexts,
        comparison=comparison,
        signed=signed,
        audience=audience,
    )


def _check_signatures(root: etree._Element, message: SamlMessage, rules: RequestRules) -> bool:
    """Check the signatures; of an unexpected algorithm the service provider is informed."""
    service_provider = rules.service_provider
    required = service_provider.authn_requests_signed or rules.require_signed
    try:
        return messages.check_signatures(root, message, rules, required=required)
    except Refused as refusal:
        if refusal.code == UNEXPECTED_ALGORITHM:
            raise _addressed(refusal, root, message, service_provider) from None
        raise


def _addressed(
    refusal: Refused,
    root: etree._Element,
    message: SamlMessage,
    service_provider: ServiceProvider,
    *,
    signed: bool = False,
) -> Refused:
    """Address the refusal to the service provider, at the registered URL that it asked for."""
    return refusal.for_service_provider(
        issuer=service_provider.entity_id,
        acs_url=_acs_url(root, service_provider),
        in_response_to=root.get("ID"),
        relay_state=message.relay_state,
        signed=signed,
    )


def _acs_url(root: etree._Element, service_provider: ServiceProvider) -> str:
    url = root.get("AssertionConsumerServiceURL")
    index = root.get("AssertionConsumerServiceIndex")
    if url is not None and index is not None:
        raise Refused(
            "The request names its assertion consumer service by URL and by index",
            "Name it once",
            code="MSIS3200",
        )
    if url is not None:
        return endpoints.acs_by_url(service_provider, url).location
    if index is not None:
        return endpoints.acs_by_index(service_provider, int(index)).location
    return endpoints.default_acs(service_provider).location


def _check_supported(root: etree._Element) -> None:
    if root.get("Version") != "2.0":
        raise Refused(
            "The request is not of SAML version 2.0",
            "Send version 2.0",
            code="wrong_version",
            status=(uris.VERSION_MISMATCH, None),
        )
    if root.get("ProtocolBinding", POST) != POST:
        raise Refused(
            "The request asks for an answer by a binding other than HTTP-POST",
            f"Ask for {POST}",
            code="unsupported_binding",
            status=(uris.RESPONDER, uris.UNSUPPORTED_BINDING),
        )


def _flags(root: etree._Element) -> tuple[bool, bool]:
    """Return ForceAuthn and IsPassive, which exclude each other."""
    force_authn, is_passive = _flag(root, "ForceAuthn"), _flag(root, "IsPassive")
    if force_authn and is_passive:
        raise Refused(
            "The request asks for a fresh sign-in and for none at once",
            "Set ForceAuthn or IsPassive, not both",
            code="force_and_passive",
            status=(uris.REQUESTER, None),
        )
    return force_authn, is_passive


def _requested_context(root: etree._Element) -> tuple[tuple[str, ...], str]:
    context = child_of(root, _CONTEXT)
    if context is None:
        return (), "exact"
    if child_of(context, _DECLARATION) is not None:
        # Ignoring it would mean "nothing requested"; declarations are not supported.
        raise not_met()
    classes = tuple(text_of(class_) for class_ in context.iterchildren(_CLASS))
    return classes, context.get("Comparison", "exact")


def _name_id_policy(root: etree._Element) -> NameIDPolicy:
    """Return the policy; without AllowCreate it allows to make a NameID, as in AD FS.

    By saml-core §3.4.1.1 the default is false; then hardly any user would get a persistent NameID.
    An empty Format or SPNameQualifier counts as missing.
    """
    policy = child_of(root, _NAME_ID_POLICY)
    if policy is None:
        return NameIDPolicy()
    return NameIDPolicy(
        format=policy.get("Format") or None,
        allow_create=_flag(policy, "AllowCreate", "true"),
        sp_name_qualifier=policy.get("SPNameQualifier") or None,
    )


def _subject(root: etree._Element) -> NameID | None:
    """Return the user that the request names; one it names unreadably is refused."""
    subject = child_of(root, _SUBJECT)
    if subject is None:
        return None
    if any(child_of(subject, tag) is not None for tag in _UNREADABLE_IDS):
        raise unknown_principal()
    name_id = child_of(subject, _NAME_ID)
    if name_id is None:
        return None
    return NameID(text_of(name_id), name_id.get("Format", UNSPECIFIED))


def unknown_principal() -> Refused:
    """Return the refusal of a request whose Subject is not the user (saml-core §3.4.1)."""
    return Refused(
        "The request names a user, and it is not the one who signed in",
        "Leave the Subject out of the request, or sign in as that user",
        code="unknown_principal",
        status=(uris.RESPONDER, uris.UNKNOWN_PRINCIPAL),
    )


def _flag(element: etree._Element, name: str, default: str = "false") -> bool:
    return element.get(name, default).strip() in ("true", "1")
