"""What a response says, as plain values, once opened, and which of its signatures are right.

For eyes and for tests: whether the response may be accepted is decided elsewhere. Source: saml-core
§2 and §3.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from adapter.errors import TallystickError
from idp.saml import signature, uris, xmlcrypto
from idp.saml.refusal import Refused
from idp.saml.values import UNSPECIFIED, Attribute, NameID
from idp.saml.xml import parse

MAX_BYTES = 512 * 1024

VALID = "valid"
ABSENT = "absent"
WEAK = "weak"
WRONG = "wrong"

_NAMESPACES = {
    "p": uris.PROTOCOL,
    "a": uris.ASSERTION,
    "ds": uris.XMLDSIG,
    "xenc": uris.XMLENC,
}


class NotAResponse(TallystickError):
    """Raised for a message that is no SAML response."""

    code = "not_a_response"


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """``state`` is ``valid``, ``absent``, ``weak`` (right, but by SHA-1) or ``wrong``.

    ``fault`` says what is wrong with it.
    """

    state: str
    algorithm: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class EncryptionSeen:
    """The algorithms of one EncryptedData by their last words, empty where there is none."""

    content: str = ""
    key_transport: str = ""
    digest: str = ""

    def __bool__(self) -> bool:
        return bool(self.content)


@dataclass(frozen=True, slots=True)
class ReceivedAssertion:
    """One assertion as it came; times are aware and in UTC, None where they are not said."""

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
    encryption: EncryptionSeen = EncryptionSeen()
    name_id_encryption: EncryptionSeen = EncryptionSeen()

    def values_of(self, name: str) -> tuple[str, ...]:
        """Return the values of one attribute, by its name or the end of it (``upn``)."""
        return tuple(
            value
            for attribute in self.attributes
            if name in (attribute.name, attribute.name.rpartition("/")[2])
            for value in attribute.values
        )


@dataclass(frozen=True, slots=True)
class Received:
    """One response as it came. ``status`` holds the codes from the outermost to the innermost.

    ``unopened`` counts encrypted assertions that the key at hand does not open.
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
        """The codes' last words, like ``Responder`` and ``NoPassive``."""
        return tuple(code.rpartition(":")[2] for code in self.status)

    @property
    def assertion(self) -> ReceivedAssertion | None:
        """The assertion, where there is exactly one."""
        return self.assertions[0] if len(self.assertions) == 1 else None


def read_response(
    xml: bytes, certificates: Sequence[str], private_keys: Sequence[bytes] = ()
) -> Received:
    """Return what *xml* says; signatures are checked with *certificates* (base64 of the DER).

    What is encrypted is opened with whichever of *private_keys* (PEM) fits. Raises
    :class:`NotAResponse` and :class:`~idp.saml.refusal.Refused`.
    """
    root = parse(xml, limit=MAX_BYTES)
    if root.tag != f"{{{uris.PROTOCOL}}}Response":
        raise NotAResponse("The message is XML, but no SAML response", "Send a Response")
    check = _check(root, certificates)  # before anything in it is opened
    seen = _open_all(root, "a:EncryptedAssertion", private_keys)
    return Received(
        id=root.get("ID", ""),
        issuer=_text(root, "a:Issuer"),
        destination=root.get("Destination", ""),
        in_response_to=root.get("InResponseTo", ""),
        status=tuple(code.get("Value", "") for code in _all(root, "p:Status//p:StatusCode")),
        status_message=_text(root, "p:Status/p:StatusMessage"),
        assertions=tuple(
            _assertion(each, certificates, private_keys, seen.get(each, EncryptionSeen()))
            for each in _all(root, "a:Assertion | a:EncryptedAssertion/a:Assertion")
        ),
        signature=check,
        xml=xml,
        unopened=len(_all(root, "a:EncryptedAssertion/xenc:EncryptedData")),
    )


def _assertion(
    node: etree._Element,
    certificates: Sequence[str],
    private_keys: Sequence[bytes],
    encryption: EncryptionSeen,
) -> ReceivedAssertion:
    check = _check(node, certificates)
    name_ids = _open_all(node, "a:Subject/a:EncryptedID", private_keys)
    conditions = _first(node, "a:Conditions")
    confirmation = _first(node, "a:Subject/a:SubjectConfirmation/a:SubjectConfirmationData")
    statement = _first(node, "a:AuthnStatement")
    return ReceivedAssertion(
        id=node.get("ID", ""),
        issuer=_text(node, "a:Issuer"),
        issue_instant=_time(node, "IssueInstant"),
        name_id=_name_id(node),
        attributes=tuple(map(_attribute, _all(node, "a:AttributeStatement/a:Attribute"))),
        authn_context_class=_text(node, "a:AuthnStatement/a:AuthnContext/a:AuthnContextClassRef"),
        authn_instant=_time(statement, "AuthnInstant"),
        session_index=_said(statement, "SessionIndex"),
        session_not_on_or_after=_time(statement, "SessionNotOnOrAfter"),
        audiences=tuple(map(_string, _all(node, "a:Conditions//a:Audience"))),
        not_before=_time(conditions, "NotBefore"),
        not_on_or_after=_time(conditions, "NotOnOrAfter"),
        recipient=_said(confirmation, "Recipient"),
        in_response_to=_said(confirmation, "InResponseTo"),
        confirmation_not_on_or_after=_time(confirmation, "NotOnOrAfter"),
        signature=check,
        encryption=encryption,
        name_id_encryption=next(iter(name_ids.values()), EncryptionSeen()),
    )


def _open_all(
    node: etree._Element, path: str, private_keys: Sequence[bytes]
) -> dict[etree._Element, EncryptionSeen]:
    """Put what is encrypted at *path* in the place of its EncryptedData; return how it was."""
    opened = {}
    for encrypted in _all(node, f"{path}/xenc:EncryptedData"):
        seen = _encryption(encrypted)
        found = (xmlcrypto.decrypt(encrypted, each) for each in private_keys)
        element = next((each for each in found if each is not None), None)
        if element is not None:
            opened[element] = seen
    return opened


def _encryption(encrypted: etree._Element) -> EncryptionSeen:
    transport = _first(encrypted, "ds:KeyInfo/xenc:EncryptedKey/xenc:EncryptionMethod")
    return EncryptionSeen(
        content=_last_word(_first(encrypted, "xenc:EncryptionMethod")),
        key_transport=_last_word(transport),
        digest="" if transport is None else _last_word(_first(transport, "ds:DigestMethod")),
    )


def _last_word(method: etree._Element | None) -> str:
    return _said(method, "Algorithm").rpartition("#")[2]


def _name_id(node: etree._Element) -> NameID | None:
    found = _first(node, "a:Subject/a:NameID | a:Subject/a:EncryptedID/a:NameID")
    if found is None:
        return None
    return NameID(
        _string(found),
        found.get("Format", UNSPECIFIED),
        name_qualifier=found.get("NameQualifier"),
        sp_name_qualifier=found.get("SPNameQualifier"),
    )


def _attribute(node: etree._Element) -> Attribute:
    values = tuple(_string(value) for value in _all(node, "a:AttributeValue"))
    return Attribute(node.get("Name", ""), values)


def _check(node: etree._Element, certificates: Sequence[str]) -> SignatureCheck:
    """Check the signature that stands directly in *node*."""
    found = _first(node, "ds:Signature")
    if found is None:
        return SignatureCheck(ABSENT)
    method = _first(found, "ds:SignedInfo/ds:SignatureMethod")
    algorithm = _said(method, "Algorithm").rpartition("#")[2]
    is_weak = _said(method, "Algorithm") == uris.RSA_SHA1
    expected = uris.RSA_SHA1 if is_weak else uris.RSA_SHA256
    try:
        signature.check_enveloped(node, found, certificates, expected)
    except Refused as refused:
        return SignatureCheck(WRONG, algorithm, refused.problem)
    return SignatureCheck(WEAK if is_weak else VALID, algorithm)


def _all(node: etree._Element, path: str) -> list[etree._Element]:
    return node.xpath(path, namespaces=_NAMESPACES)  # type: ignore[no-any-return]  # elements, by the path


def _first(node: etree._Element, path: str) -> etree._Element | None:
    return next(iter(_all(node, path)), None)


def _text(node: etree._Element, path: str) -> str:
    found = _first(node, path)
    return "" if found is None else _string(found)


def _string(node: etree._Element) -> str:
    """Return the text exactly as it came; a comment inside cuts nothing off."""
    return str(node.xpath("string()"))


def _said(node: etree._Element | None, name: str) -> str:
    return "" if node is None else node.get(name, "")


def _time(node: etree._Element | None, name: str) -> datetime | None:
    """Read an instant (saml-core §1.3.3); what is none is shown as missing."""
    try:
        at = datetime.fromisoformat(_said(node, name))
    except ValueError:
        return None
    return at if at.tzinfo else None
