"""Makes new keys, each with a self-signed certificate."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from idp.saml.signing import PrivateKey

KeyKind = Literal["rsa", "ecdsa"]
"""RSA of 2048 bits, or ECDSA on P-256."""


class PemPair(NamedTuple):
    """A private key (PKCS#8) and its self-signed certificate, both PEM."""

    private_key: bytes
    certificate: bytes


def new_key(kind: KeyKind) -> PrivateKey:
    """Return a new key of *kind*."""
    if kind == "ecdsa":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def new_signing_certificate(
    common_name: str,
    now: datetime,
    days: int = 365,
    *,
    key: PrivateKey | None = None,
    passphrase: bytes | None = None,
) -> PemPair:
    """Return a pair that is valid for *days* from *now*; the default key is RSA-2048.

    If there is a *passphrase*, the private key is encrypted with it.

    The certificate has the extensions that OpenSSL and Python 3.13 require: subject and authority
    key identifier, key usage, and basic constraints that it is no authority (RFC 5280 §4.2.1).
    """
    private_key = key or new_key("rsa")
    public_key = private_key.public_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_KEY_USAGE, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(public_key), critical=False
        )
        .sign(private_key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    return PemPair(_private_pem(private_key, passphrase), pem)


def _private_pem(key: PrivateKey, passphrase: bytes | None) -> bytes:
    encryption = (
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption()
    )
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(pem, pkcs8, encryption)


_KEY_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
