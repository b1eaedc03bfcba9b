"""Reads the messages of a test out of recorded steps: leniently, since anything may be sent.

The steps are those of ``idp/signin/recorded_messages.py``. Sources of the elements: saml-core
§3.4.1 and §3.7, saml-bindings §3.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote_plus

from lxml import etree

from idp.embedded.test_sp.xml_reading import (
    all_of,
    attribute_of,
    first_of,
    string_of,
    text_at,
    time_of,
)
from idp.recorder.timeline import IN_PROGRESS, Fields, Part, Summary
from idp.saml.refusal import Refused
from idp.saml.values import POST, UNSPECIFIED, NameID, NameIDPolicy
from idp.saml.xml import MAX_SHOWN_BYTES, indented, parse
from idp.testing.message_values import HttpRequest, ReceivedRequest, SentResponse

_TRUE = ("true", "1")


def received_in(part: Part, http: HttpRequest, summary: Summary | None) -> ReceivedRequest | None:
    """Return the SAML message of a recorded web request, None if it brought none.

    *summary* is that of its timeline, None if that was not stored.
    """
    steps = {step.kind: step.fields for step in reversed(part.steps)}
    came = steps.get("message_in", {})
    if "raw" not in came:
        return None
    algorithms = came.get("signed_with", ())
    refused = steps.get("refused", {})
    return ReceivedRequest(
        **_head(came),
        **_asked(_root(came)),
        trust=steps.get("trust", {}).get("entity_id", ""),
        relay_state=_relay_state(came),
        is_signed=bool(algorithms),
        signature_algorithm=algorithms[0] if algorithms else None,
        is_verified="signature" in steps,
        user=summary.user if summary else part.user,
        outcome=_outcome(part, summary),
        code=refused.get("code", ""),
        problem=refused.get("problem", ""),
        activity_id=part.activity_id,
        http=http,
    )


def sent_in(
    part: Part, certificates: Sequence[str], trust_at: Callable[[str, str], str]
) -> Iterator[SentResponse]:
    """Yield the SAML messages with which a recorded web request was answered.

    *trust_at* returns the entity ID of the trust with an address; its second argument is the trust
    that the request is about, which may be another one: that which began a log-out.
    """
    plain = ""
    for step in part.steps:
        if step.kind == "unencrypted":
            plain = indented(step.fields["xml"])
        if step.kind != "message_out":
            continue
        yield SentResponse(
            **_head(step.fields),
            **_told(_root(step.fields)),
            trust=trust_at(step.fields.get("destination", ""), part.trust),
            fault=step.fields.get("fault", ""),
            user=part.user,
            activity_id=part.activity_id,
            unencrypted=plain,
            certificates=certificates,
        )


def _outcome(part: Part, summary: Summary | None) -> str:
    return (summary.outcome if summary else part.outcome) or IN_PROGRESS


def _root(fields: Fields) -> etree._Element | None:
    try:
        return parse(str(fields.get("xml", "")).encode(), limit=MAX_SHOWN_BYTES)
    except Refused:
        return None


def _head(fields: Fields) -> dict[str, Any]:
    """Return what every message has."""
    root = _root(fields)
    values: dict[str, Any] = {
        "binding": "post" if fields.get("binding", POST) == POST else "redirect",
        "destination": fields.get("destination", ""),
        "xml": fields.get("xml", ""),
    }
    if root is None:
        return values
    return {
        **values,
        "kind": etree.QName(root).localname,
        "id": root.get("ID", ""),
        "issuer": text_at(root, "a:Issuer").strip(),
        "destination": root.get("Destination", values["destination"]),
        "issue_instant": time_of(root, "IssueInstant"),
        "in_response_to": root.get("InResponseTo"),
        "status": tuple(code.get("Value", "") for code in all_of(root, "p:Status//p:StatusCode")),
    }


def _told(root: etree._Element | None) -> dict[str, Any]:
    """Return what a message says of a session: a log-out request in either direction."""
    if root is None:
        return {}
    return {
        "name_id": _name_id(root),
        "session_indexes": tuple(map(string_of, all_of(root, "p:SessionIndex"))),
    }


def _asked(root: etree._Element | None) -> dict[str, Any]:
    """Return what a request asks for, as it is written there."""
    if root is None:
        return {}
    policy = first_of(root, "p:NameIDPolicy")
    context = first_of(root, "p:RequestedAuthnContext")
    index = root.get("AssertionConsumerServiceIndex", "")
    return {
        **_told(root),
        "acs_url": root.get("AssertionConsumerServiceURL"),
        "acs_index": int(index) if index.isascii() and index.isdecimal() else None,
        "protocol_binding": root.get("ProtocolBinding"),
        "name_id_policy": None if policy is None else _policy(policy),
        "name_id_format": attribute_of(policy, "Format") or None,
        "requested_contexts": tuple(
            string_of(each).strip()
            for each in all_of(root, "p:RequestedAuthnContext/a:AuthnContextClassRef")
        ),
        "comparison": None if context is None else context.get("Comparison", "exact"),
        "force_authn": root.get("ForceAuthn", "").strip() in _TRUE,
        "is_passive": root.get("IsPassive", "").strip() in _TRUE,
    }


def _policy(policy: etree._Element) -> NameIDPolicy:
    """Return the policy as it is written: without AllowCreate it is false (saml-core §3.4.1.1)."""
    return NameIDPolicy(
        format=policy.get("Format"),
        allow_create=policy.get("AllowCreate", "").strip() in _TRUE,
        sp_name_qualifier=policy.get("SPNameQualifier"),
    )


def _name_id(root: etree._Element) -> NameID | None:
    found = first_of(root, "a:NameID | a:Subject/a:NameID")
    if found is None:
        return None
    return NameID(
        string_of(found).strip(),
        found.get("Format", UNSPECIFIED),
        name_qualifier=found.get("NameQualifier"),
        sp_name_qualifier=found.get("SPNameQualifier"),
    )


def _relay_state(fields: Fields) -> str | None:
    """Return the RelayState as text; of a query string, whose values are recorded escaped, too."""
    value = fields["raw"].get("RelayState")
    is_escaped = value is not None and fields.get("binding") != POST
    return unquote_plus(value, errors="replace") if is_escaped else value
