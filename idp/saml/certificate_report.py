"""Reports what an administrator should know of a certificate before trusting it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from idp.saml.certificate_fields import CertificateFields
from idp.saml.certificates import BadCertificate, fields_of, thumbprint_of
from idp.saml.usable_keys import MIN_RSA_BITS, weakness_of

_BROKEN_HASHES = (hashes.SHA1, hashes.MD5)


@dataclass(frozen=True, slots=True)
class CertificateReport:
    """The facts and weaknesses of one certificate.

    ``thumbprint`` is SHA-256 in hexadecimal; ``key`` is like ``RSA 2048`` or ``EC secp256r1``.
    ``subject`` is empty, and the dates are None, if they cannot be read. ``weaknesses`` are
    sentences without a full stop, empty for a certificate without any.
    """

    subject: str
    thumbprint: str
    not_before: datetime | None
    not_after: datetime | None
    key: str
    weaknesses: tuple[str, ...]


def report_on(
    certificate: str, now: datetime, min_rsa_bits: int = MIN_RSA_BITS
) -> CertificateReport:
    """Return the report on *certificate* (base64 of the DER) of a trust that is set so.

    Also one whose key cannot be read gets a report, so that it does not break the list it is in.
    """
    try:
        fields = fields_of(certificate)
    except BadCertificate as error:
        unreadable = f"{error.problem[0].lower()}{error.problem[1:]}"
        thumbprint = hashlib.sha256(certificate.encode()).hexdigest()
        return CertificateReport("", thumbprint, None, None, "unknown", (unreadable,))
    return CertificateReport(
        subject="" if fields.subject is None else fields.subject.rfc4514_string(),
        thumbprint=thumbprint_of(certificate),
        not_before=fields.not_before,
        not_after=fields.not_after,
        key=_key_name(fields.key),
        weaknesses=(
            *_of_dates(fields, now),
            *_of_key(fields.key, min_rsa_bits),
            *_of_signature(fields),
            *_of_subject(fields),
            *fields.oddities,
        ),
    )


def _key_name(key: object) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    return "unknown" if key is None else type(key).__name__.removesuffix("PublicKey").lstrip("_")


def _of_dates(fields: CertificateFields, now: datetime) -> tuple[str, ...]:
    if fields.not_before is None or fields.not_after is None:
        return ("its dates cannot be read",)
    if fields.not_after < now:
        return (f"it expired on {fields.not_after:%Y-%m-%d}",)
    if fields.not_before > now:
        return (f"it is not valid before {fields.not_before:%Y-%m-%d}",)
    return ()


def _of_key(key: object, min_rsa_bits: int) -> tuple[str, ...]:
    if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        weakness = weakness_of(key)
        if weakness is None:
            return ()
        is_allowed = weakness_of(key, min_rsa_bits) is None
        use = "it is used only because of min_rsa_bits" if is_allowed else "it is not used"
        return (f"its {weakness}: {use}",)
    return ("its key is neither RSA nor EC, so that nothing can be done with it",)


def _of_signature(fields: CertificateFields) -> tuple[str, ...]:
    if isinstance(fields.signature_hash, _BROKEN_HASHES):
        return (f"it is signed with {fields.signature_hash.name.upper()}",)
    return ()


def _of_subject(fields: CertificateFields) -> tuple[str, ...]:
    return ("its subject cannot be read",) if fields.subject is None else ()
