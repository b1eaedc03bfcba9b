"""Reads a SAML response into plain values: decrypted, with the result of each signature check.

For display and for tests. It does not decide whether the response may be accepted. Source:
saml-core §2 and §3.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from adapter.errors import TallystickError
from idp.embedded.test_sp.xml_reading import (
    all_of,
    attribute_of,
    first_of,
    string_of,
    text_at,
    time_of,
)
from idp.saml import signature, uris, xmlcrypto
from idp.saml.refusal import Refused
from idp.saml.values import UNSPECIFIED, Attribute, NameID
from idp.saml.xml import parse

MAX_BYTES = 512 * 1024

VALID = "valid"
ABSENT = "absent"
WEAK = "weak"
WRONG = "wrong"


class NotAResponse(TallystickError):
    """Raised for XML that is not a SAML response."""

    code = "not_a_response"


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """The result of checking one signature.

    ``state`` is ``valid``, ``absent``, ``weak`` (correct, but with SHA-1) or ``wrong``; ``fault``
    then says what is wrong. ``algorithm`` is the end of its URI, like ``rsa-sha256``.
    """

    state: str
    algorithm: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class EncryptionAlgorithms:
    """The algorithms of one EncryptedData, by the ends of their URIs; empty if there is none."""

    content: str = ""
    key_transport: str = ""
    digest: str = ""

    def __bool__(self) -> bool:
        return bool(self.content)


NOT_ENCRYPTED = EncryptionAlgorithms()


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One SubjectConfirmation (saml-core §2.4.1.1); times as in :class:`ReceivedAssertion`."""

    method: str
    recipient: str
    in_response_to: str
    not_before: datetime | None
    not_on_or_after: datetime | None


@dataclass(frozen=True, slots=True)
class ReceivedAssertion:
    """One assertion as received; times are aware and in UTC, None if missing or not a time.

    ``recipient`` and the like are those of the first of its ``confirmations``. ``restrictions``
    are the audiences of each AudienceRestriction, ``audiences`` those of all.
    """

    id: str
    issuer: str
    issue_instant: datetime | None
    name_id: NameID | None
    attributes: tuple[Attribute, ...]
    authn_context_class: str
    authn_instant: datetime | None
    session_index: str
    session_not_on_or_after: datetime | None
    audiences: tuple[str, ...]
    not_before: datetime | None
    not_on_or_after: datetime | None
    recipient: str
    in_response_to: str
    confirmation_not_on_or_after: datetime | None
    signature: SignatureCheck
    encryption: EncryptionAlgorithms = NOT_ENCRYPTED
    name_id_encryption: EncryptionAlgorithms = NOT_ENCRYPTED
    version: str = "2.0"
    confirmations: tuple[Confirmation, ...] = ()
    restrictions: tuple[tuple[str, ...], ...] = ()

    def values_of(self, name: str) -> tuple[str, ...]:
        """Return the values of an attribute, by its name or the last part of it (``upn``)."""
        return tuple(
            value
            for attribute in self.attributes
            if name in (attribute.name, attribute.name.rpartition("/")[2])
            for value in attribute.values
        )


@dataclass(frozen=True, slots=True)
class ReceivedResponse:
    """One response as received.

    ``status`` holds the status codes from the outermost to the innermost. ``unopened`` is the
    number of encrypted assertions that no key decrypted.
    """

    id: str
    issuer: str
    destination: str
    in_response_to: str
    status: tuple[str, ...]
    status_message: str
    assertions: tuple[ReceivedAssertion, ...]
    signature: SignatureCheck
    xml: bytes
    unopened: int = 0

    @property
    def is_success(self) -> bool:
        """Whether the status says that the user signed in."""
        return self.status[:1] == (uris.SUCCESS,)

    @property
    def status_names(self) -> tuple[str, ...]:
        """The ends of the status codes, like ``Responder`` and ``NoPassive``."""
        return tuple(code.rpartition(":")[2] for code in self.status)

    @property
    def assertion(self) -> ReceivedAssertion | None:
        """The assertion, None if there is not exactly one."""
        return self.assertions[0] if len(self.assertions) == 1 else None


def read_response(
    xml: bytes, certificates: Sequence[str], private_keys: Sequence[bytes] = ()
) -> ReceivedResponse:
    """Read a response.

    Signatures are checked with *certificates* (base64 of the DER). Encrypted elements are decrypted
    with the one of *private_keys* (PEM) that fits. Raises :class:`NotAResponse` and
    :class:`~idp.saml.refusal.Refused`, the latter for what is not well-formed XML.
    """
    root = parse(xml, limit=MAX_BYTES)
    if root.tag != f"{{{uris.PROTOCOL}}}Response":
        raise NotAResponse("The message is not a SAML response", "Send a Response")
    check = _check(root, certificates)  # before decrypting, which changes the document
    decrypted = _decrypt_all(root, "a:EncryptedAssertion", private_keys)
    return ReceivedResponse(
        id=root.get("ID", ""),
        issuer=text_at(root, "a:Issuer"),
        destination=root.get("Destination", ""),
        in_response_to=root.get("InResponseTo", ""),
        status=tuple(code.get("Value", "") for code in all_of(root, "p:Status//p:StatusCode")),
        status_message=text_at(root, "p:Status/p:StatusMessage"),
        assertions=tuple(
            _assertion(node, certificates, private_keys, decrypted.get(node, NOT_ENCRYPTED))
            for node in all_of(root, "a:Assertion | a:EncryptedAssertion/a:Assertion")
        ),
        signature=check,
        xml=xml,
        unopened=len(all_of(root, "a:EncryptedAssertion/xenc:EncryptedData")),
    )


def _assertion(
    node: etree._Element,
    certificates: Sequence[str],
    private_keys: Sequence[bytes],
    encryption: EncryptionAlgorithms,
) -> ReceivedAssertion:
    check = _check(node, certificates)
    name_ids = _decrypt_all(node, "a:Subject/a:EncryptedID", private_keys)
    conditions = first_of(node, "a:Conditions")
    confirmation = first_of(node, "a:Subject/a:SubjectConfirmation/a:SubjectConfirmationData")
    statement = first_of(node, "a:AuthnStatement")
    return ReceivedAssertion(
        id=node.get("ID", ""),
        issuer=text_at(node, "a:Issuer"),
        issue_instant=time_of(node, "IssueInstant"),
        name_id=_name_id(node),
        attributes=tuple(map(_attribute, all_of(node, "a:AttributeStatement/a:Attribute"))),
        authn_context_class=text_at(node, "a:AuthnStatement/a:AuthnContext/a:AuthnContextClassRef"),
        authn_instant=time_of(statement, "AuthnInstant"),
        session_index=attribute_of(statement, "SessionIndex"),
        session_not_on_or_after=time_of(statement, "SessionNotOnOrAfter"),
        audiences=tuple(map(string_of, all_of(node, "a:Conditions//a:Audience"))),
        not_before=time_of(conditions, "NotBefore"),
        not_on_or_after=time_of(conditions, "NotOnOrAfter"),
        recipient=attribute_of(confirmation, "Recipient"),
        in_response_to=attribute_of(confirmation, "InResponseTo"),
        confirmation_not_on_or_after=time_of(confirmation, "NotOnOrAfter"),
        signature=check,
        encryption=encryption,
        name_id_encryption=next(iter(name_ids.values()), NOT_ENCRYPTED),
        version=node.get("Version", ""),
        confirmations=tuple(map(_confirmation, all_of(node, "a:Subject/a:SubjectConfirmation"))),
        restrictions=tuple(
            tuple(map(string_of, all_of(each, "a:Audience")))
            for each in all_of(node, "a:Conditions/a:AudienceRestriction")
        ),
    )


def _confirmation(node: etree._Element) -> Confirmation:
    data = first_of(node, "a:SubjectConfirmationData")
    return Confirmation(
        method=node.get("Method", ""),
        recipient=attribute_of(data, "Recipient"),
        in_response_to=attribute_of(data, "InResponseTo"),
        not_before=time_of(data, "NotBefore"),
        not_on_or_after=time_of(data, "NotOnOrAfter"),
    )


def _decrypt_all(
    node: etree._Element, path: str, private_keys: Sequence[bytes]
) -> dict[etree._Element, EncryptionAlgorithms]:
    """Replace each EncryptedData at *path* by its content; return the algorithms by element."""
    decrypted = {}
    for encrypted in all_of(node, f"{path}/xenc:EncryptedData"):
        algorithms = _encryption(encrypted)
        attempts = (xmlcrypto.decrypt(encrypted, key) for key in private_keys)
        element = next((content for content in attempts if content is not None), None)
        if element is not None:
            decrypted[element] = algorithms
    return decrypted


def _encryption(encrypted: etree._Element) -> EncryptionAlgorithms:
    transport = first_of(encrypted, "ds:KeyInfo/xenc:EncryptedKey/xenc:EncryptionMethod")
    return EncryptionAlgorithms(
        content=_end_of_algorithm(first_of(encrypted, "xenc:EncryptionMethod")),
        key_transport=_end_of_algorithm(transport),
        digest=""
        if transport is None
        else _end_of_algorithm(first_of(transport, "ds:DigestMethod")),
    )


def _end_of_algorithm(method: etree._Element | None) -> str:
    return attribute_of(method, "Algorithm").rpartition("#")[2]


def _name_id(node: etree._Element) -> NameID | None:
    found = first_of(node, "a:Subject/a:NameID | a:Subject/a:EncryptedID/a:NameID")
    if found is None:
        return None
    return NameID(
        string_of(found),
        found.get("Format", UNSPECIFIED),
        name_qualifier=found.get("NameQualifier"),
        sp_name_qualifier=found.get("SPNameQualifier"),
    )


def _attribute(node: etree._Element) -> Attribute:
    values = tuple(string_of(value) for value in all_of(node, "a:AttributeValue"))
    return Attribute(node.get("Name", ""), values)


def _check(node: etree._Element, certificates: Sequence[str]) -> SignatureCheck:
    """Check the signature that is a child of *node*."""
    found = first_of(node, "ds:Signature")
    if found is None:
        return SignatureCheck(ABSENT)
    method = first_of(found, "ds:SignedInfo/ds:SignatureMethod")
    algorithm = attribute_of(method, "Algorithm").rpartition("#")[2]
    is_weak = attribute_of(method, "Algorithm") == uris.RSA_SHA1
    expected = uris.RSA_SHA1 if is_weak else uris.RSA_SHA256
    try:
        signature.check_enveloped(node, found, certificates, expected)
    except Refused as refused:
        return SignatureCheck(WRONG, algorithm, refused.problem)
    return SignatureCheck(WEAK if is_weak else VALID, algorithm)
