"""X.509 certificates as in metadata: base64 of the DER, and the public key in it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from adapter.errors import TallystickError
from idp.saml.certificate_fields import CertificateFields, read_fields
from idp.saml.usable_keys import MIN_RSA_BITS, weakness_of

if TYPE_CHECKING:
    from cryptography import x509

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

_find_pem = re.compile(
    rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----(.*?)-----END", re.DOTALL
).search


class BadCertificate(TallystickError):
    """Raised for a text that is not a certificate, or whose key SAML cannot use."""

    code = "bad_certificate"


class UnusableKey(BadCertificate):
    """Raised for a certificate that can be read, but whose key is neither RSA nor EC."""


class WeakKey(UnusableKey):
    """Raised for a certificate whose key :mod:`idp.saml.usable_keys` does not allow."""

    code = "weak_key"


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What administrators need to know of a certificate.

    ``serial`` is hexadecimal, ``kind`` is ``rsa`` or ``ecdsa``, and ``thumbprint`` is SHA-256 in
    hexadecimal.
    """

    common_name: str
    serial: str
    not_before: datetime
    not_after: datetime
    kind: str
    thumbprint: str


def read_facts(certificate: str) -> CertificateFacts:
    """Return the facts of *certificate* (base64 of the DER); raises :class:`BadCertificate`."""
    from cryptography import x509

    kind = "rsa" if isinstance(public_key(certificate), rsa.RSAPublicKey) else "ecdsa"
    fields = fields_of(certificate)
    if fields.not_before is None or fields.not_after is None:
        raise BadCertificate("The certificate's dates cannot be read", "Give another one")
    names = fields.subject or x509.Name(())
    common_names = names.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return CertificateFacts(
        common_name=str(common_names[0].value) if common_names else "",
        serial=f"{fields.serial:x}",
        not_before=fields.not_before,
        not_after=fields.not_after,
        kind=kind,
        thumbprint=thumbprint_of(certificate),
    )


# The number of trusts bounds both: only certificates of registered service providers get here.
@lru_cache(maxsize=4096)
def fields_of(certificate: str) -> CertificateFields:
    """Return what can be read of *certificate* (base64 of the DER).

    Raises :class:`BadCertificate` if its key cannot be read.
    """
    try:
        return read_fields(decode_certificate(certificate))
    except ValueError:
        raise BadCertificate("The certificate cannot be read", "Give an X.509 one") from None


@lru_cache(maxsize=4096)
def public_key(certificate: str, min_rsa_bits: int = MIN_RSA_BITS) -> PublicKey:
    """Return the RSA or EC key in *certificate* (base64 of the DER), if it may be used.

    *min_rsa_bits* is that setting of the trust. Raises :class:`WeakKey` and other kinds of
    :class:`BadCertificate`.
    """
    key = fields_of(certificate).key
    if not isinstance(key, PublicKey):
        raise UnusableKey("The certificate's key is neither RSA nor EC", "Use an RSA key")
    weakness = weakness_of(key, min_rsa_bits)
    if weakness is not None:
        raise WeakKey(
            f"The certificate's {weakness}",
            "Use an RSA key of 2048 bits or more; until then, the setting min_rsa_bits=1024 of the "
            "trust allows RSA keys from 1024 bits on",
        )
    return key


def is_valid(certificate: str, now: datetime) -> bool:
    """Say whether *now* is between the two dates of *certificate*."""
    try:
        fields = fields_of(certificate)
    except BadCertificate:
        return False
    begin, end = fields.not_before, fields.not_after
    return begin is not None and end is not None and begin <= now <= end


def public_key_pem(certificate: str, min_rsa_bits: int = MIN_RSA_BITS) -> bytes:
    """Return the key in *certificate* as a PEM public key, if :func:`public_key` returns it."""
    return public_key(certificate, min_rsa_bits).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def thumbprint_of(certificate: str) -> str:
    """Return the SHA-256 of *certificate* (base64 of the DER) in hexadecimal."""
    return hashlib.sha256(decode_certificate(certificate)).hexdigest()


def decode_certificate(certificate: str) -> bytes:
    """Return the DER of a certificate in base64, with or without line breaks."""
    try:
        return base64.b64decode("".join(certificate.split()), validate=True)
    except (ValueError, binascii.Error):
        raise BadCertificate("The certificate is not base64", "Give an X.509 one") from None


def read_certificate(content: bytes, min_rsa_bits: int = MIN_RSA_BITS) -> str:
    """Return the certificate in a file: PEM, DER, or base64 as in metadata.

    Raises :class:`BadCertificate` for anything else, and for a key that SAML cannot use.
    """
    try:
        der = content if content[:1] == b"\x30" else decode_certificate(_base64_in(content))
        certificate = _encode(read_fields(der).encoded)
    except ValueError:  # UnicodeDecodeError is one
        raise BadCertificate("There is no certificate in it", "Give a PEM file") from None
    public_key(certificate, min_rsa_bits)
    return certificate


def _base64_in(content: bytes) -> str:
    """Return the first certificate of a PEM file, or else all of the text."""
    pem = _find_pem(content)
    return (pem[1] if pem else content).decode("ascii")


def encode_certificate(certificate: x509.Certificate) -> str:
    """Return *certificate* as in ``ds:X509Certificate``, without line breaks."""
    return _encode(certificate.public_bytes(serialization.Encoding.DER))


def _encode(der: bytes) -> str:
    return base64.b64encode(der).decode("ascii")
