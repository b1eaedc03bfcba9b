"""Certificates with one weakness each, as base64 of their DER."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from idp.saml.certificates import encode_certificate

RSA_KEY = rsa.generate_private_key(65537, 2048)


def certificate(
    now: datetime, *, key: Any = None, days: tuple[int, int] = (-1, 365), name: str = "odd"
) -> str:
    """Return a self-signed certificate, valid between two days from *now*."""
    private_key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    algorithm = None if isinstance(private_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return encode_certificate(
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private_key.public_key())
        .serial_number(7)
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .sign(private_key, algorithm)
    )


def expired(now: datetime) -> str:
    return certificate(now, days=(-400, -35))


def not_yet_valid(now: datetime) -> str:
    return certificate(now, days=(3, 365))


def short_rsa(now: datetime) -> str:
    return certificate(now, key=rsa.generate_private_key(65537, 1024))  # noqa: S505


def on_another_curve(now: datetime) -> str:
    return certificate(now, key=ec.generate_private_key(ec.SECP256K1()))


def of_another_kind(now: datetime) -> str:
    return certificate(now, key=ed25519.Ed25519PrivateKey.generate())


SIGNED_WITH_SHA1 = (
    "MIIBczCCARqgAwIBAgIUHVfSe+6CdFwy9qlbBixMrunAFbwwCQYHKoZIzj0EATAPMQ0wCwYDVQQDDARzaGExMCAXDT"
    "I2MTEyNTAyNDM0MloYDzIxMjYxMTAxMDI0MzQyWjAPMQ0wCwYDVQQDDARzaGExMFkwEwYHKoZIzj0CAQYIKoZIzj0D"
    "AQcDQgAEr6jqnaB8h3xES4Jtsk0wP6mHie8pLetq6/r5zLzWIO4cd37N58O7O45gGSGIp5z+MltHlTVUcOHkE9zfkP"
    "4tM6NTMFEwHQYDVR0OBBYEFJOTVQBTVNOgC6XWCYLA53T0b1r0MB8GA1UdIwQYMBaAFJOTVQBTVNOgC6XWCYLA53T0"
    "b1r0MA8GA1UdEwEB/wQFMAMBAf8wCQYHKoZIzj0EAQNIADBFAiEAhfh8Nxj4dKs05lg86sMT59+R/xHmJj6KNvZPuH"
    "Y+GpICIBQHLUbQRrTrp/iIx9FLlT3UXXtMslkdwDodgrh2y/p3"
)
"""An EC certificate that cryptography would not make any more; valid from 2026-11-25 on."""
