"""X.509 certificates as metadata carries them: base64 of the DER, and the public key inside."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from adapter.errors import TallystickError

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


class BadCertificate(TallystickError):
    """A text that should be a certificate is none, or holds a key that SAML cannot use."""

    code = "bad_certificate"


class UnknownKeyKind(BadCertificate):
    """A certificate that can be read, whose key is neither RSA nor EC."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What people ask of a certificate; ``thumbprint`` is SHA-256 in hexadecimal."""

    common_name: str
    serial: str
    not_before: datetime
    not_after: datetime
    kind: str
    thumbprint: str


def facts_of(certificate: str) -> CertificateFacts:
    """Return the facts of *certificate* (base64 of the DER); raises BadCertificate."""
    kind = "rsa" if isinstance(public_key(certificate), rsa.RSAPublicKey) else "ecdsa"
    der = der_of(certificate)
    read = x509.load_der_x509_certificate(der)
    names = read.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return CertificateFacts(
        common_name=str(names[0].value) if names else "",
        serial=f"{read.serial_number:x}",
        not_before=read.not_valid_before_utc,
        not_after=read.not_valid_after_utc,
        kind=kind,
        thumbprint=hashlib.sha256(der).hexdigest(),
    )


# Bounded by the trusts: only certificates of registered service providers get here.
@lru_cache(maxsize=4096)
def public_key(certificate: str) -> PublicKey:
    """Return the RSA or EC key in *certificate* (base64 of the DER), or raise BadCertificate."""
    key: object = None
    try:
        key = x509.load_der_x509_certificate(der_of(certificate)).public_key()
    except UnsupportedAlgorithm:
        key = None  # of a kind that has no name here
    except ValueError:
        raise BadCertificate("The certificate cannot be read", "Give an X.509 one") from None
    if not isinstance(key, PublicKey):
        raise UnknownKeyKind("The certificate's key is neither RSA nor EC", "Use an RSA key")
    return key


def is_valid(certificate: str, now: datetime) -> bool:
    """Say whether *certificate* is valid at *now*, by its dates alone."""
    try:
        begin, end = _dates(certificate)
    except BadCertificate:
        return False
    return begin <= now <= end


# Bounded likewise.
@lru_cache(maxsize=4096)
def _dates(certificate: str) -> tuple[datetime, datetime]:
    try:
        read = x509.load_der_x509_certificate(der_of(certificate))
    except ValueError:
        raise BadCertificate("The certificate cannot be read", "Give an X.509 one") from None
    return read.not_valid_before_utc, read.not_valid_after_utc


def public_key_pem(certificate: str) -> bytes:
    """Return the key in *certificate* as a PEM public key."""
    return public_key(certificate).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def thumbprint_of(certificate: str) -> str:
    """Return the SHA-256 of *certificate* (base64 of the DER) in hexadecimal."""
    return hashlib.sha256(der_of(certificate)).hexdigest()


def der_of(certificate: str) -> bytes:
    """Return the DER bytes of a certificate given as base64, with or without line breaks."""
    try:
        return base64.b64decode("".join(certificate.split()), validate=True)
    except (ValueError, binascii.Error):
        raise BadCertificate("The certificate is not base64", "Give an X.509 one") from None


def certificate_in(content: bytes) -> str:
    """Return the one certificate of a file: PEM, DER, or base64 as metadata has it.

    Raises :class:`BadCertificate` for anything else, and for a key that SAML cannot use.
    """
    try:
        if b"-----BEGIN" in content:
            found = x509.load_pem_x509_certificate(content)
        elif content[:1] == b"\x30":
            found = x509.load_der_x509_certificate(content)
        else:
            found = x509.load_der_x509_certificate(der_of(content.decode("ascii")))
    except ValueError:  # UnicodeDecodeError is one
        raise BadCertificate("There is no certificate in it", "Give a PEM file") from None
    certificate = base64_of(found)
    public_key(certificate)
    return certificate


def base64_of(certificate: x509.Certificate) -> str:
    """Return *certificate* as ``ds:X509Certificate`` holds it, without line breaks."""
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode("ascii")
