"""Keys and certificates: made as service providers expect them, loaded only when they fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from idp.saml import certificates, uris
from idp.saml.keys import new_signing_certificate
from idp.saml.signing import BadSigningKey, SigningKey

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def pair():
    return new_signing_certificate("ADFS Signing - idp.example.test", NOW, 365)


@pytest.fixture(scope="module")
def certificate(pair):
    return x509.load_pem_x509_certificate(pair.certificate)


def test_the_certificate_is_valid_for_the_days_asked_for(certificate):
    assert certificate.not_valid_before_utc == NOW
    assert certificate.not_valid_after_utc == NOW + timedelta(days=365)
    assert certificate.subject.rfc4514_string() == "CN=ADFS Signing - idp.example.test"
    assert certificate.subject == certificate.issuer
    certificate.verify_directly_issued_by(certificate)


def test_the_certificate_has_the_extensions_that_python_3_13_asks_for(certificate):
    extensions = {type(each.value): each for each in certificate.extensions}

    subject = extensions[x509.SubjectKeyIdentifier].value
    assert extensions[x509.AuthorityKeyIdentifier].value.key_identifier == subject.digest
    assert extensions[x509.KeyUsage].value.digital_signature
    assert extensions[x509.KeyUsage].critical
    assert not extensions[x509.KeyUsage].value.key_encipherment
    assert not extensions[x509.KeyUsage].value.key_cert_sign
    assert not extensions[x509.BasicConstraints].value.ca


def test_two_certificates_never_share_a_serial_number(pair):
    again = new_signing_certificate("x", NOW, 1, key=SigningKey.from_pem(*pair).private_key)

    serials = {x509.load_pem_x509_certificate(each).serial_number
               for each in (pair.certificate, again.certificate)}  # fmt: skip
    assert len(serials) == 2
    assert min(serials) >= 2**64, "drawn from more than 64 bits"


def test_a_key_signs_with_the_algorithm_of_its_kind(pair):
    curve = new_signing_certificate("x", NOW, 1, key=ec.generate_private_key(ec.SECP256R1()))

    assert SigningKey.from_pem(*pair).algorithm == uris.RSA_SHA256
    assert SigningKey.from_pem(*curve).algorithm == uris.ECDSA_SHA256
    assert len(SigningKey.from_pem(*curve).sign(b"x")) == 64


def test_a_signature_can_be_verified_with_the_certificate(pair, certificate):
    signature = SigningKey.from_pem(*pair).sign(b"data")

    certificate.public_key().verify(signature, b"data", padding.PKCS1v15(), hashes.SHA256())


def test_a_key_with_a_passphrase_is_loaded_with_it_and_not_without(pair):
    key = serialization.load_pem_private_key(pair.private_key, None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"word"),
    )

    assert SigningKey.from_pem(locked, pair.certificate, passphrase=b"word")
    for passphrase in (None, b"other"):
        with pytest.raises(BadSigningKey):
            SigningKey.from_pem(locked, pair.certificate, passphrase=passphrase)


def test_a_key_and_the_certificate_of_another_are_refused(pair, identities):
    with pytest.raises(BadSigningKey, match="do not belong together"):
        SigningKey.from_pem(identities.stranger.pem.private_key, pair.certificate)


@pytest.mark.parametrize("broken", [b"", b"x", "-----BEGIN PRIVATE KEY-----"])
def test_a_malformed_key_or_certificate_is_refused(pair, broken):
    with pytest.raises(BadSigningKey):
        SigningKey.from_pem(broken, pair.certificate)
    with pytest.raises(BadSigningKey):
        SigningKey.from_pem(pair.private_key, broken)


@pytest.mark.parametrize(
    "make",
    [
        lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505  # that is the point
        lambda: ec.generate_private_key(ec.SECP384R1()),
    ],
    ids=["RSA-1024", "P-384"],
)
def test_a_key_that_is_too_weak_or_of_another_curve_is_refused(make):
    pair = new_signing_certificate("x", NOW, 1, key=make())

    with pytest.raises(BadSigningKey, match="RSA of at least 2048"):
        SigningKey.from_pem(*pair)


def test_the_key_is_not_shown_when_it_is_printed(pair):
    assert "PRIVATE" not in repr(SigningKey.from_pem(*pair))


def test_a_certificate_with_a_key_that_saml_cannot_use_is_refused():
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW)
        .sign(key, None)
    )

    with pytest.raises(certificates.BadCertificate, match="neither RSA nor EC"):
        certificates.public_key(certificates.encode_certificate(made))
