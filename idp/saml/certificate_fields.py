"""Reads the fields of an X.509 certificate, as tolerantly as OpenSSL does (RFC 5280 §4.1).

cryptography refuses a certificate as a whole if its version is not 1 or 3, or if a PrintableString
in a name has a letter like ``&``; later versions will refuse serial numbers below 1 as well. SAML
uses only the key. So this module finds the fields itself: cryptography reads the key alone, and
names and dates from copies of the certificate that hold nothing else of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import load_der_public_key

from idp.saml import der
from idp.saml.der import Element

if TYPE_CHECKING:
    from cryptography import x509

_VERSION = 0xA0
_BYTE_TEXTS = (der.UTF8_STRING, der.PRINTABLE_STRING, 0x12, 0x14, 0x16, 0x1A)
"""The kinds of strings with a byte for a letter; the last: Numeric, Teletex, IA5 and Visible."""

_ECDSA_OR_DSA = bytes.fromhex("2a8648ce")
"""How the object identifiers of signatures by ECDSA and DSA begin."""

_ANY_ALGORITHM = bytes.fromhex("300d06092a864886f70d01010b0500")  # sha256WithRSAEncryption
_ANY_VALIDITY = der.write(der.SEQUENCE, *[der.write(0x17, b"000101000000Z")] * 2)
_NO_NAME = der.write(der.SEQUENCE)

_is_printable = re.compile(rb"[A-Za-z0-9 '()+,./:=?-]*").fullmatch  # ITU-T X.680, PrintableString


@dataclass(frozen=True, slots=True)
class CertificateFields:
    """What can be read of a certificate.

    ``encoded`` is the certificate without bytes that follow it. ``key`` is None for a kind of key
    that cryptography does not support; ``subject``, the dates and ``signature_hash`` are None if
    they cannot be read. ``oddities`` are the points in which it departs from RFC 5280, as sentences
    without a full stop.
    """

    encoded: bytes
    key: object
    serial: int
    subject: x509.Name | None
    not_before: datetime | None
    not_after: datetime | None
    signature_hash: hashes.HashAlgorithm | None
    oddities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Elements:
    """The elements of a certificate; ``version`` counts from 1."""

    encoded: bytes
    version: int
    serial: int
    algorithm: Element
    issuer: Element
    validity: Element
    subject: Element
    key: Element
    is_followed: bool


def read_fields(content: bytes) -> CertificateFields:
    """Return the fields of the certificate in *content* (DER; bytes may follow it).

    Raises ``ValueError`` if the key in it cannot be read.
    """
    elements = _find_elements(content)
    try:
        key: object = load_der_public_key(elements.key.encoded)
    except UnsupportedAlgorithm:
        key = None
    not_before, not_after = _dates(elements)
    return CertificateFields(
        encoded=elements.encoded,
        key=key,
        serial=elements.serial,
        subject=_subject(elements),
        not_before=not_before,
        not_after=not_after,
        signature_hash=_signature_hash(elements),
        oddities=tuple(_oddities(elements)) or tuple(_other_oddity(elements)),
    )


def _find_elements(content: bytes) -> _Elements:
    [whole] = _first(der.split(content), der.SEQUENCE)
    signed, algorithm, _ = _first(whole.children(), der.SEQUENCE, der.SEQUENCE, der.BIT_STRING)
    fields = signed.children()
    has_version = bool(fields) and fields[0].tag == _VERSION
    version = _integer(*_first(fields.pop(0).children(), der.INTEGER)) + 1 if has_version else 1
    serial, _, issuer, validity, subject, key = _first(fields, der.INTEGER, *[der.SEQUENCE] * 5)
    return _Elements(
        encoded=whole.encoded,
        version=version,
        serial=_integer(serial),
        algorithm=algorithm,
        issuer=issuer,
        validity=validity,
        subject=subject,
        key=key,
        is_followed=len(whole.encoded) < len(content),
    )


def _first(elements: Iterable[Element], *tags: int) -> list[Element]:
    """Return the first of *elements*; raises ValueError if they do not have these *tags*."""
    found = list(islice(elements, len(tags)))
    if [element.tag for element in found] != list(tags):
        raise ValueError("there are other fields than a certificate has")
    return found


def _integer(element: Element) -> int:
    return int.from_bytes(element.content, signed=True)


def _subject(elements: _Elements) -> x509.Name | None:
    try:
        return _copy(elements, subject=_with_utf8(elements.subject)).subject
    except (ValueError, TypeError):  # the latter for a BIT STRING in the place of a text
        return None


def _dates(elements: _Elements) -> tuple[datetime, datetime] | tuple[None, None]:
    try:
        copy = _copy(elements, validity=elements.validity.encoded)
        return copy.not_valid_before_utc, copy.not_valid_after_utc
    except ValueError:
        return None, None


def _signature_hash(elements: _Elements) -> hashes.HashAlgorithm | None:
    try:
        return _copy(elements, algorithm=_without_null(elements.algorithm)).signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return None


def _copy(
    elements: _Elements,
    *,
    algorithm: bytes = _ANY_ALGORITHM,
    validity: bytes = _ANY_VALIDITY,
    subject: bytes = _NO_NAME,
) -> x509.Certificate:
    """Return a certificate of version 3 that has the given fields alone, besides the key."""
    signed = der.write(
        der.SEQUENCE,
        der.write(_VERSION, der.write(der.INTEGER, b"\x02")),
        der.write(der.INTEGER, b"\x01"),
        algorithm,
        _NO_NAME,
        validity,
        subject,
        elements.key.encoded,
    )
    return _load(der.write(der.SEQUENCE, signed, algorithm, der.write(der.BIT_STRING, b"\x00")))


def _load(encoded: bytes) -> x509.Certificate:
    from cryptography import x509  # takes 10 ms, and many commands read no certificate

    return x509.load_der_x509_certificate(encoded)


def _with_utf8(name: Element) -> bytes:
    """Return a name whose texts are all UTF-8; what is not UTF-8 is taken for Latin-1."""
    sets = (
        der.write(der.SET, *(_attribute_in_utf8(attribute) for attribute in names.children()))
        for names in name.children()
    )
    return der.write(der.SEQUENCE, *sets)


def _attribute_in_utf8(attribute: Element) -> bytes:
    kind, value = attribute.children()
    if value.tag not in _BYTE_TEXTS:
        return attribute.encoded
    try:
        text = value.content.decode("utf-8")
    except UnicodeDecodeError:
        text = value.content.decode("latin-1")
    return der.write(der.SEQUENCE, kind.encoded, der.write(der.UTF8_STRING, text.encode()))


def _without_null(algorithm: Element) -> bytes:
    """Return the signature algorithm; that of ECDSA and DSA without parameters (RFC 5758 §3)."""
    identifier = algorithm.children()[:1]
    if identifier and identifier[0].content.startswith(_ECDSA_OR_DSA):
        return der.write(der.SEQUENCE, identifier[0].encoded)
    return algorithm.encoded


def _oddities(elements: _Elements) -> Iterator[str]:
    if elements.version not in (1, 3):
        yield f"its X.509 version is {elements.version}, and many programs read only 1 and 3"
    if elements.serial <= 0:
        yield "its serial number is not positive, which RFC 5280 forbids"
    if not all(map(_is_printable, _printable_strings(elements))):
        yield "its names have characters that RFC 5280 forbids there (PrintableString)"
    if elements.is_followed:
        yield "other bytes follow it"


def _printable_strings(elements: _Elements) -> Iterator[bytes]:
    with suppress(ValueError):
        for names in (*elements.issuer.children(), *elements.subject.children()):
            for attribute in names.children():
                for part in attribute.children():
                    if part.tag == der.PRINTABLE_STRING:
                        yield part.content


def _other_oddity(elements: _Elements) -> Iterator[str]:
    """Say whether cryptography refuses the certificate for something not listed above."""
    try:
        _load(elements.encoded)
    except ValueError:
        yield "it is not as RFC 5280 says, so that other programs may refuse it"
