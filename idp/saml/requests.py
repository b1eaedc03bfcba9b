"""From a SAML message to a checked AuthnRequest, or to the reason why not.

Sources: saml-core §3.4.1, saml-profiles §4.1.4.1. Whether its ID was used before is not asked
here: the host keeps the used ones, for as long as a request can be fresh (``max_age`` plus twice
``skew``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from lxml import etree

from idp.saml import endpoints, messages, uris
from idp.saml.bindings import SamlMessage
from idp.saml.contexts import not_met
from idp.saml.messages import MAX_AGE, SKEW
from idp.saml.refusal import Refused
from idp.saml.signature import UNEXPECTED_ALGORITHM
from idp.saml.values import (
    POST,
    UNSPECIFIED,
    AuthnRequest,
    NameID,
    NameIDPolicy,
    ServiceProvider,
)
from idp.saml.xml import text_of

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
    find_service_provider: Callable[[str], ServiceProvider | None],
    destinations: Collection[str],
    now: datetime,
    skew: timedelta = SKEW,
    max_age: timedelta = MAX_AGE,
    require_signed: Callable[[ServiceProvider], bool] | None = None,
    algorithm_of: messages.AlgorithmOf = messages.sha256,
) -> AuthnRequest:
    """Return the request in *message*, checked against the trust of its issuer.

    ``destinations`` are our own addresses. A signature that is present is always checked; one is
    required where the metadata says AuthnRequestsSigned, or *require_signed* says so;
    *algorithm_of* tells by which algorithm. Raises :class:`Refused`.
    """
    root = messages.root_of(message, parameter="SAMLRequest", name="AuthnRequest")
    service_provider = messages.issuer_of(root, find_service_provider)
    required = service_provider.authn_requests_signed or (
        require_signed is not None and require_signed(service_provider)
    )
    expected = algorithm_of(service_provider)
    try:
        signed = messages.check_signatures(
            root, message, service_provider, required=required, expected=expected
        )
    except Refused as refusal:
        if refusal.code == UNEXPECTED_ALGORITHM:
            raise _addressed(refusal, root, message, service_provider) from None
        raise
    messages.check_destination(root, destinations, signed=signed)
    issue_instant = messages.fresh_instant(root, now=now, skew=skew, max_age=max_age)
    acs_url = _acs_url(root, service_provider)
    try:
        # From here on the service provider may be told: it is known, and so is its address.
        _check_wishes(root)
        contexts, comparison = _requested_context(root)
        subject = _subject(root)
    except Refused as refusal:
        raise _addressed(refusal, root, message, service_provider) from None
    return AuthnRequest(
        id=root.get("ID"),
        issuer=service_provider.entity_id,
        acs_url=acs_url,
        issue_instant=issue_instant,
        force_authn=_flag(root, "ForceAuthn"),
        is_passive=_flag(root, "IsPassive"),
        name_id_policy=_name_id_policy(root),
        subject=subject,
        requested_contexts=contexts,
        comparison=comparison,
        signed=signed,
        audience=messages.issuer_name(root),
    )


def _addressed(
    refusal: Refused,
    root: etree._Element,
    message: SamlMessage,
    service_provider: ServiceProvider,
) -> Refused:
    """Let the service provider be told at the address, a registered one, that it asked for."""
    return refusal.for_service_provider(
        issuer=service_provider.entity_id,
        acs_url=_acs_url(root, service_provider),
        in_response_to=root.get("ID"),
        relay_state=message.relay_state,
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


def _check_wishes(root: etree._Element) -> None:
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
    if _flag(root, "ForceAuthn") and _flag(root, "IsPassive"):
        raise Refused(
            "The request asks for a fresh sign-in and for none at once",
            "Set ForceAuthn or IsPassive, not both",
            code="force_and_passive",
            status=(uris.REQUESTER, None),
        )


def _requested_context(root: etree._Element) -> tuple[tuple[str, ...], str]:
    context = root.find(_CONTEXT)
    if context is None:
        return (), "exact"
    if context.find(_DECLARATION) is not None:
        # Left out, it would read as "no demand": declarations are known to nobody here.
        raise not_met()
    classes = tuple(text_of(each) for each in context.findall(_CLASS))
    return classes, context.get("Comparison", "exact")


def _name_id_policy(root: etree._Element) -> NameIDPolicy:
    """Read the policy; one that says nothing of AllowCreate allows it, as AD FS has it.

    By saml-core §3.4.1.1 nothing said would be no; then hardly anybody got a persistent name.
    """
    policy = root.find(_NAME_ID_POLICY)
    if policy is None:
        return NameIDPolicy()
    return NameIDPolicy(
        format=policy.get("Format"),
        allow_create=_flag(policy, "AllowCreate", "true"),
        sp_name_qualifier=policy.get("SPNameQualifier"),
    )


def _subject(root: etree._Element) -> NameID | None:
    """Return whom the request names; a name that cannot be read is not taken for none."""
    subject = root.find(_SUBJECT)
    if subject is None:
        return None
    if any(subject.find(each) is not None for each in _UNREADABLE_IDS):
        raise unknown_principal()
    name_id = subject.find(_NAME_ID)
    if name_id is None:
        return None
    return NameID(text_of(name_id), name_id.get("Format", UNSPECIFIED))


def unknown_principal() -> Refused:
    """Return the refusal of a request for somebody who is not the user (saml-core §3.4.1)."""
    return Refused(
        "The request names a user, and it is not the one who signed in",
        "Leave the Subject out of the request, or sign in as that user",
        code="unknown_principal",
        status=(uris.RESPONDER, uris.UNKNOWN_PRINCIPAL),
    )


def _flag(element: etree._Element, name: str, default: str = "false") -> bool:
    return element.get(name, default).strip() in ("true", "1")
