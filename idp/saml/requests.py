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
from idp.saml.messages import MAX_AGE, SKEW
from idp.saml.refusal import Refused
from idp.saml.values import POST, AuthnRequest, ServiceProvider
from idp.saml.xml import text_of

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
    name_id_formats: Collection[str] | None = None,
) -> AuthnRequest:
    """Return the request in *message*, checked against the trust of its issuer.

    ``destinations`` are our own addresses. A signature that is present is always checked; one is
    required where the metadata says AuthnRequestsSigned, or *require_signed* says so.
    ``name_id_formats`` are those that an assertion can have; None refuses none of them. Raises
    :class:`Refused`.
    """
    root = messages.root_of(message, parameter="SAMLRequest", name="AuthnRequest")
    service_provider = messages.issuer_of(root, find_service_provider)
    required = service_provider.authn_requests_signed or (
        require_signed is not None and require_signed(service_provider)
    )
    signed = messages.check_signatures(root, message, service_provider, required=required)
    messages.check_destination(root, destinations, signed=signed)
    issue_instant = messages.fresh_instant(root, now=now, skew=skew, max_age=max_age)
    acs_url = _acs_url(root, service_provider)
    try:
        # From here on the service provider may be told: it is known, and so is its address.
        _check_wishes(root)
        _check_name_id_policy(root, name_id_formats)
        contexts, comparison = _requested_context(root)
    except Refused as refusal:
        raise refusal.addressed_to(
            issuer=service_provider.entity_id,
            acs_url=acs_url,
            in_response_to=root.get("ID"),
            relay_state=message.relay_state,
        ) from None
    return AuthnRequest(
        id=root.get("ID"),
        issuer=service_provider.entity_id,
        acs_url=acs_url,
        issue_instant=issue_instant,
        force_authn=_flag(root, "ForceAuthn"),
        is_passive=_flag(root, "IsPassive"),
        name_id_format=_name_id_format(root),
        requested_contexts=contexts,
        comparison=comparison,
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


def _check_name_id_policy(root: etree._Element, formats: Collection[str] | None) -> None:
    """Refuse a format that no assertion of ours has, before anybody signs in for nothing."""
    asked = _name_id_format(root)
    if formats is not None and asked is not None and asked not in formats:
        raise Refused(
            "The request asks for a NameID of a format that cannot be given",
            f"Ask for one of {', '.join(formats)}",
            code="MSIS7070",
            status=(uris.REQUESTER, uris.INVALID_NAME_ID_POLICY),
        )


def _requested_context(root: etree._Element) -> tuple[tuple[str, ...], str]:
    context = root.find(_CONTEXT)
    if context is None:
        return (), "exact"
    if context.find(_DECLARATION) is not None:
        # Left out, it would read as "no demand": declarations are known to nobody here.
        raise Refused(
            "The request asks for an authentication context by declaration",
            "Ask for a class instead",
            code="MSIS7102",
            status=(uris.RESPONDER, uris.NO_AUTHN_CONTEXT),
        )
    classes = tuple(text_of(each) for each in context.findall(_CLASS))
    return classes, context.get("Comparison", "exact")


def _name_id_format(root: etree._Element) -> str | None:
    policy = root.find(_NAME_ID_POLICY)
    return None if policy is None else policy.get("Format")


def _flag(root: etree._Element, name: str) -> bool:
    return root.get(name, "false").strip() in ("true", "1")
