"""What is told of a certificate before it is trusted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from support.certificates import odd_certificates as odd

from idp.saml.certificate_report import report_on
from idp.saml.certificates import BadCertificate, decode_certificate, read_certificate

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def test_a_good_certificate_has_no_weakness(identities):
    report = report_on(identities.sp.certificate, datetime.now(UTC) + timedelta(days=1))

    assert (report.subject, report.key, report.weaknesses) == ("CN=sp", "RSA 2048", ())
    assert len(report.thumbprint) == 64


@pytest.mark.parametrize(
    ("certificate", "key", "weakness"),
    [
        (odd.expired(NOW),         "EC secp256r1", "it expired on 2026-11-27"),
        (odd.not_yet_valid(NOW),   "EC secp256r1", "it is not valid before 2027-01-04"),
        (odd.short_rsa(NOW),       "RSA 1024",     "its RSA key has 1024 bits, fewer than 2048"),
        (odd.on_another_curve(NOW), "EC secp256k1", "its key is on the curve secp256k1"),
        (odd.SIGNED_WITH_SHA1,     "EC secp256r1", "it is signed with SHA1"),
        (odd.of_another_kind(NOW), "Ed25519",      "its key is neither RSA nor EC"),
    ],
)  # fmt: skip
def test_a_weakness_is_reported(certificate, key, weakness):
    report = report_on(certificate, NOW)

    assert report.key == key
    assert len(report.weaknesses) == 1
    assert weakness in report.weaknesses[0]


def test_a_certificate_that_cannot_be_read_is_reported():
    for text in ("AAAA", "no base64"):
        report = report_on(text, NOW)
        assert (report.key, report.not_after, len(report.weaknesses)) == ("unknown", None, 1)


def test_a_file_may_be_pem_der_or_base64(identities):
    text = identities.sp.certificate
    der = decode_certificate(text)
    pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)

    assert {read_certificate(each) for each in (pem, der, text.encode(), pem + pem)} == {text}


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"-----BEGIN CERTIFICATE-----", b"\x30\x03", "ß".encode()]
)
def test_another_file_is_refused(content):
    with pytest.raises(BadCertificate):
        read_certificate(content)


def test_a_key_that_nothing_can_be_done_with_is_refused_where_one_is_needed():
    with pytest.raises(BadCertificate, match="neither"):
        read_certificate(odd.of_another_kind(NOW).encode())
