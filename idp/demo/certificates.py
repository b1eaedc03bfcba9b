"""The demo's own certificate authority, and the TLS certificate of its server.

Python 3.13 requires subject and authority key identifiers and key usage (RFC 5280 §4.2.1).
Browsers accept no server certificate that is valid for more than 398 days.
"""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from idp.federation.token_signing.private_files import read_private_file, write_private_file

CA_NAME = "Tallystick demo CA"
CA_DAYS = 3650
SERVER_DAYS = 397
CLOCK_TOLERANCE = timedelta(days=1)
"""Certificates are valid from a day ago, since the clocks of phones differ."""

RENEW_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """``ca_file`` is the certificate to trust; the others are the server's certificate and key."""

    ca_file: Path
    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """Return the TLS context of a server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def create_certificates(folder: Path, host: str, now: datetime) -> TlsFiles:
    """Create what is missing in *folder*: an authority, and a certificate of it for *host*.

    An existing authority is used again, so that users need to trust it only once.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = host.replace(":", "_")
    tls = TlsFiles(folder / "ca.crt", folder / f"{name}.crt", folder / f"{name}.key")
    ca_key = folder / "ca.key"
    if not (ca_key.exists() and tls.ca_file.exists()):
        _write(ca_key, tls.ca_file, *_authority(now))
    if _ends_soon(tls.certificate, now):
        authority = x509.load_pem_x509_certificate(tls.ca_file.read_bytes())
        signer = serialization.load_pem_private_key(read_private_file(ca_key), None)
        if not isinstance(signer, ec.EllipticCurvePrivateKey):
            raise TypeError("the authority's key is not an elliptic curve key")
        _write(tls.key, tls.certificate, *_server(host, authority, signer, now))
    return tls


def _ends_soon(certificate: Path, now: datetime) -> bool:
    if not certificate.exists():
        return True
    ends = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    return ends - now < RENEW_BEFORE


def _write(
    key_file: Path, file: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate
) -> None:
    key_file.unlink(missing_ok=True)
    write_private_file(
        key_file,
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _authority(now: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_name(CA_NAME), _name(CA_NAME), key, now, CA_DAYS)
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def _server(
    host: str, authority: x509.Certificate, signer: ec.EllipticCurvePrivateKey, now: datetime
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_name(host), authority.subject, key, now, SERVER_DAYS)
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_alternatives(host)), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    return key, certificate


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    days: int,
) -> x509.CertificateBuilder:
    public_key = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_TOLERANCE)
        .not_valid_after(now - CLOCK_TOLERANCE + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])


def _alternatives(host: str) -> list[x509.GeneralName]:
    """Return the names in the server's certificate: its own, and those of this machine."""
    names = dict.fromkeys((host, "localhost", "127.0.0.1", "::1"))
    return [_alternative(name) for name in names]


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(**wanted: bool) -> x509.KeyUsage:
    usages = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{usage: wanted.get(usage, False) for usage in usages})
