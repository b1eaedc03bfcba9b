"""Reports what an administrator should know of a certificate before trusting it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from idp.saml.certificates import BadCertificate, decode_certificate
from idp.saml.usable_keys import weakness_of

_BROKEN_HASHES = (hashes.SHA1, hashes.MD5)


@dataclass(frozen=True, slots=True)
class CertificateReport:
    """The facts and weaknesses of one certificate.

    ``thumbprint`` is SHA-256 in hexadecimal; ``key`` is like ``RSA 2048`` or ``EC secp256r1``.
    ``weaknesses`` are sentences without a full stop, empty for a certificate without any.
    """

    subject: str
    thumbprint: str
    not_before: datetime
    not_after: datetime
    key: str
    weaknesses: tuple[str, ...]


def report_on(certificate: str, now: datetime) -> CertificateReport:
    """Return the report on *certificate* (base64 of the DER).

    Raises :class:`~idp.saml.certificates.BadCertificate` if it cannot be read at all.
    """
    der = decode_certificate(certificate)
    try:
        read = x509.load_der_x509_certificate(der)
        key = _key_of(read)
        subject = read.subject.rfc4514_string()
    except ValueError:
        raise BadCertificate("The certificate cannot be read", "Give an X.509 one") from None
    return CertificateReport(
        subject=subject,
        thumbprint=hashlib.sha256(der).hexdigest(),
        not_before=read.not_valid_before_utc,
        not_after=read.not_valid_after_utc,
        key=_key_name(key),
        weaknesses=(*_of_dates(read, now), *_of_key(key), *_of_signature(read)),
    )


def is_expired(certificate: str, now: datetime) -> bool:
    """Say whether *certificate* has expired; one that cannot be read counts as expired."""
    try:
        return report_on(certificate, now).not_after < now
    except BadCertificate:
        return True


def _key_of(certificate: x509.Certificate) -> object:
    try:
        return certificate.public_key()
    except UnsupportedAlgorithm:
        return None


def _key_name(key: object) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    return "unknown" if key is None else type(key).__name__.removesuffix("PublicKey").lstrip("_")


def _of_dates(certificate: x509.Certificate, now: datetime) -> tuple[str, ...]:
    if certificate.not_valid_after_utc < now:
        return (f"it expired on {certificate.not_valid_after_utc:%Y-%m-%d}",)
    if certificate.not_valid_before_utc > now:
        return (f"it is not valid before {certificate.not_valid_before_utc:%Y-%m-%d}",)
    return ()


def _of_key(key: object) -> tuple[str, ...]:
    if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        weakness = weakness_of(key)
        return () if weakness is None else (f"its {weakness}: it is not used",)
    return ("its key is neither RSA nor EC, so that nothing can be done with it",)


def _of_signature(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return ()
    if isinstance(algorithm, _BROKEN_HASHES):
        return (f"it is signed with {algorithm.name.upper()}",)
    return ()
