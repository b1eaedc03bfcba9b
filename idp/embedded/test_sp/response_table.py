"""Formats a response for people: rows of names and values, and indented XML."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from lxml import etree
from markupsafe import Markup, escape

from idp.embedded.test_sp.received_response import (
    EncryptionAlgorithms,
    ReceivedAssertion,
    ReceivedResponse,
    SignatureCheck,
)
from idp.saml.xml import parse


class Row(NamedTuple):
    """One row of the table; ``key`` becomes the id of its cell."""

    key: str
    name: str
    value: str
    note: str = ""


def rows_of(received: ReceivedResponse, now: datetime) -> tuple[Row, ...]:
    """Return the rows for everything but the attributes, the most wanted first."""
    assertion = received.assertion
    about_message = (
        Row("response-signature", "Signature of the response", *_signature(received.signature)),
        Row("in-response-to", "Answers request", received.in_response_to or "none (unsolicited)"),
        Row("issuer", "Issuer", received.issuer),
    )
    return (*(_rows_of_assertion(assertion, now) if assertion else ()), *about_message)


def _rows_of_assertion(assertion: ReceivedAssertion, now: datetime) -> tuple[Row, ...]:
    name_id = assertion.name_id
    until = assertion.not_on_or_after
    return (
        Row("name-id", "NameID", name_id.value if name_id else "none",
            name_id.format if name_id else ""),
        Row("authn-context", "Authentication context", assertion.authn_context_class),
        Row("authn-instant", "Signed in at", time_of(assertion.authn_instant),
            _ago(assertion.authn_instant, now)),
        Row("session-index", "Session index", assertion.session_index),
        Row("audience", "Audience", ", ".join(assertion.audiences)),
        Row("validity", "Valid", f"{time_of(assertion.not_before)} to {time_of(until)}"),
        Row("recipient", "Recipient", assertion.recipient),
        Row("assertion-signature", "Signature of the assertion", *_signature(assertion.signature)),
        Row("encryption", "Encryption of the assertion", *_encryption(assertion.encryption)),
        *_row_of_encrypted_name(assertion.name_id_encryption),
    )  # fmt: skip


def _signature(check: SignatureCheck) -> tuple[str, str]:
    return check.state, check.fault or check.algorithm


def _row_of_encrypted_name(algorithms: EncryptionAlgorithms) -> tuple[Row, ...]:
    if not algorithms:
        return ()
    return (Row("name-id-encryption", "Encryption of the NameID", *_encryption(algorithms)),)


def _encryption(algorithms: EncryptionAlgorithms) -> tuple[str, str]:
    if not algorithms:
        return "none", ""
    key = f"key by {algorithms.key_transport} with {algorithms.digest}"
    return "encrypted", f"{algorithms.content}, {key}"


def time_of(at: datetime | None) -> str:
    """Return a time to the second, for people."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "not given"


def _ago(at: datetime | None, now: datetime) -> str:
    if at is None or at > now:
        return ""
    seconds = int((now - at) / timedelta(seconds=1))
    return f"{seconds} s ago" if seconds < 120 else f"{seconds // 60} minutes ago"


def indented(xml: bytes) -> str:
    """Return XML with line breaks and indents. For reading only: it breaks signatures."""
    root = parse(xml, limit=len(xml))
    etree.indent(root)
    return str(etree.tostring(root, encoding="unicode"))


def breakable(text: str) -> Markup:
    """Return text as HTML in which lines may break after the slashes and colons of an address."""
    html = escape(text)
    if " " in text:
        return html
    return html.replace("/", Markup("/<wbr>")).replace(":", Markup(":<wbr>"))
