"""Writes assertions and responses as text in exclusive canonical form, and signs them.

The form is AD FS's: default namespace on the assertion, ``samlp`` on the response, attributes
without NameFormat, AttributeStatement before AuthnStatement. The attributes of each element are in
the order of canonical XML, and no element is self-closing, so the text is canonical XML without
being parsed. Source: saml-core §2 and §3.3.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from adapter.errors import TallystickError
from idp.saml import uris
from idp.saml.canonical import attribute, instant, optional, text
from idp.saml.encryption import encrypt
from idp.saml.refusal import Status
from idp.saml.signing import SigningKey, sign_enveloped
from idp.saml.values import Assertion, Attribute, Encryption, NameID

__all__ = ["SigningKey", "UnsignedResponse", "write_response", "write_status_response"]


class UnsignedResponse(TallystickError):
    """Raised if neither the assertion nor the response would be signed."""

    code = "unsigned_response"


def write_response(
    assertion: Assertion,
    *,
    response_id: str,
    destination: str,
    key: SigningKey,
    sign_assertion: bool = True,
    sign_response: bool = False,
    encryption: Encryption | None = None,
) -> bytes:
    """Return the Response that carries *assertion* to *destination*, in UTF-8.

    The assertion is signed, then encrypted if *encryption* says so, and the response around it is
    signed last (saml-core §6.2). Raises :class:`UnsignedResponse` if neither would be signed,
    :class:`~idp.saml.canonical.UnwritableCharacter` for a text that XML cannot contain, and
    :class:`~idp.saml.encryption.UnusableEncryptionKey`.
    """
    if not (sign_assertion or sign_response):
        raise UnsignedResponse(
            "A response would leave without any signature",
            "Sign the assertion, the response or both",
        )
    head, tail = _assertion(assertion, encryption)
    body = sign_enveloped(head, tail, assertion.id, key) if sign_assertion else head + tail
    if encryption is not None and encryption.assertion:
        encrypted = encrypt(body, encryption)
        body = f'<EncryptedAssertion xmlns="{uris.ASSERTION}">{encrypted}</EncryptedAssertion>'
    return _response(
        response_id=response_id,
        issuer=assertion.issuer,
        destination=destination,
        in_response_to=assertion.in_response_to,
        issue_instant=assertion.issue_instant,
        body=_SUCCESS + body,
        key=key if sign_response else None,
    )


def write_status_response(
    *,
    response_id: str,
    issuer: str,
    destination: str,
    in_response_to: str | None,
    issue_instant: datetime,
    status: Status,
    key: SigningKey | None = None,
) -> bytes:
    """Return a Response without an assertion, only with *status*; signed if there is a *key*."""
    return _response(
        response_id=response_id,
        issuer=issuer,
        destination=destination,
        in_response_to=in_response_to,
        issue_instant=issue_instant,
        body=status_element(status),
        key=key,
    )


def _response(
    *,
    response_id: str,
    issuer: str,
    destination: str,
    in_response_to: str | None,
    issue_instant: datetime,
    body: str,
    key: SigningKey | None,
) -> bytes:
    head = (
        f'<samlp:Response xmlns:samlp="{uris.PROTOCOL}" Consent="{uris.CONSENT_UNSPECIFIED}" '
        f'Destination="{attribute(destination)}" ID="{attribute(response_id)}"'
        f"{optional('InResponseTo', in_response_to)} "
        f'IssueInstant="{instant(issue_instant)}" Version="2.0">'
        f'<Issuer xmlns="{uris.ASSERTION}">{text(issuer)}</Issuer>'
    )
    tail = f"{body}</samlp:Response>"
    signed = head + tail if key is None else sign_enveloped(head, tail, response_id, key)
    return signed.encode("utf-8")


def status_element(status: Status) -> str:
    """Return the element Status (saml-core §3.2.2.1)."""
    top, second = status
    inner = _status_code(second, "") if second is not None else ""
    return f"<samlp:Status>{_status_code(top, inner)}</samlp:Status>"


def _status_code(value: str, inner: str) -> str:
    return f'<samlp:StatusCode Value="{attribute(value)}">{inner}</samlp:StatusCode>'


_SUCCESS = status_element((uris.SUCCESS, None))


def _assertion(a: Assertion, encryption: Encryption | None) -> tuple[str, str]:
    """Return the assertion in two parts: its signature goes between them (saml-core §2.3.3)."""
    head = (
        f'<Assertion xmlns="{uris.ASSERTION}" ID="{attribute(a.id)}" '
        f'IssueInstant="{instant(a.issue_instant)}" Version="2.0">'
        f"<Issuer>{text(a.issuer)}</Issuer>"
    )
    tail = (
        f"{_subject(a, encryption)}{_conditions(a)}{_attribute_statement(a.attributes)}"
        f"{_authn_statement(a)}</Assertion>"
    )
    return head, tail


def _subject(a: Assertion, encryption: Encryption | None) -> str:
    """Return the Subject (saml-core §2.4) with a bearer confirmation (saml-profiles §4.1.4.2)."""
    return (
        f"<Subject>{_name_id(a.name_id, encryption)}"
        f'<SubjectConfirmation Method="{uris.BEARER}"><SubjectConfirmationData'
        f"{optional('InResponseTo', a.in_response_to)} "
        f'NotOnOrAfter="{instant(a.confirmation_not_on_or_after)}" '
        f'Recipient="{attribute(a.recipient)}">'
        "</SubjectConfirmationData></SubjectConfirmation></Subject>"
    )


def name_id_element(name_id: NameID) -> str:
    """Return the element NameID with its own namespace declaration (saml-core §2.2.3)."""
    return f'<NameID xmlns="{uris.ASSERTION}" {_named(name_id)}'


def _name_id(name_id: NameID | None, encryption: Encryption | None) -> str:
    if name_id is None:
        return ""
    if encryption is None or not encryption.name_id:
        return f"<NameID {_named(name_id)}"
    # The decrypted element is read alone, so it needs its namespace.
    return f"<EncryptedID>{encrypt(name_id_element(name_id), encryption)}</EncryptedID>"


def _named(name_id: NameID) -> str:
    return (
        f'Format="{attribute(name_id.format)}"'
        f"{optional('NameQualifier', name_id.name_qualifier)}"
        f"{optional('SPNameQualifier', name_id.sp_name_qualifier)}>"
        f"{text(name_id.value)}</NameID>"
    )


def _conditions(a: Assertion) -> str:
    return (
        f'<Conditions NotBefore="{instant(a.not_before)}" '
        f'NotOnOrAfter="{instant(a.not_on_or_after)}"><AudienceRestriction>'
        f"<Audience>{text(a.audience)}</Audience></AudienceRestriction></Conditions>"
    )


def _attribute_statement(attributes: tuple[Attribute, ...]) -> str:
    if not attributes:
        return ""
    return f"<AttributeStatement>{''.join(map(_attribute, attributes))}</AttributeStatement>"


def _attribute(a: Attribute) -> str:
    values = "".join([f"<AttributeValue>{text(value)}</AttributeValue>" for value in a.values])
    return f"{_attribute_start(a.name, a.name_format)}{values}</Attribute>"


# Settings and claim rules name attributes: they are few, and the same for every user.
@lru_cache(maxsize=1024)
def _attribute_start(name: str, name_format: str | None) -> str:
    return f'<Attribute Name="{attribute(name)}"{optional("NameFormat", name_format)}>'


def _authn_statement(a: Assertion) -> str:
    until = a.session_not_on_or_after
    return (
        f'<AuthnStatement AuthnInstant="{instant(a.authn_instant)}" '
        f'SessionIndex="{attribute(a.session_index)}"'
        f"{optional('SessionNotOnOrAfter', None if until is None else instant(until))}>"
        f"<AuthnContext><AuthnContextClassRef>{text(a.authn_context_class)}"
        "</AuthnContextClassRef></AuthnContext></AuthnStatement>"
    )
