"""Certificates of the demo: by its own authority, with what Python 3.13 and browsers ask for."""

from __future__ import annotations

import ipaddress
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from idp.demo.certificates import TlsFiles, create_certificates

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def verify(tls: TlsFiles, name: str, at: datetime) -> None:
    subject: x509.DNSName | x509.IPAddress = x509.DNSName(name)
    if name[0].isdigit():
        subject = x509.IPAddress(ipaddress.ip_address(name))
    policy = PolicyBuilder().store(Store([read(tls.ca_file)])).time(at)
    policy.build_server_verifier(subject).verify(read(tls.certificate), [])


@pytest.mark.parametrize("name", ["adfs.example.test", "localhost", "127.0.0.1"])
def test_a_strict_verifier_accepts_the_certificate_for_each_name(name, tmp_path):
    verify(create_certificates(tmp_path, "adfs.example.test", NOW), name, NOW)


def test_the_certificate_is_not_valid_for_another_name(tmp_path):
    with pytest.raises(x509.verification.VerificationError):
        verify(create_certificates(tmp_path, "adfs.example.test", NOW), "other.example.test", NOW)


@pytest.mark.parametrize("which", ["ca_file", "certificate"])
def test_key_identifiers_and_key_usage_are_there(which, tmp_path):
    certificate = read(getattr(create_certificates(tmp_path, "a.example.test", NOW), which))
    assert certificate.extensions.get_extension_for_class(x509.KeyUsage).critical
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).critical
    for kind in (x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier):
        assert not certificate.extensions.get_extension_for_class(kind).critical


def test_keys_are_for_their_owner_alone(tmp_path):
    tls = create_certificates(tmp_path, "a.example.test", NOW)
    for key in (tls.key, tmp_path / "ca.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_the_same_certificates_serve_again(tmp_path):
    tls = create_certificates(tmp_path, "a.example.test", NOW)
    before = tls.certificate.read_bytes(), tls.ca_file.read_bytes()
    again = create_certificates(tmp_path, "a.example.test", NOW + timedelta(days=30))
    assert (again.certificate.read_bytes(), again.ca_file.read_bytes()) == before


def test_another_name_gets_a_certificate_by_the_same_authority(tmp_path):
    first = create_certificates(tmp_path, "a.example.test", NOW)
    authority = first.ca_file.read_bytes()
    second = create_certificates(tmp_path, "b.example.test", NOW)
    assert second.ca_file.read_bytes() == authority
    verify(second, "b.example.test", NOW)


def test_a_certificate_that_ends_soon_is_replaced(tmp_path):
    create_certificates(tmp_path, "a.example.test", NOW)
    later = NOW + timedelta(days=380)
    verify(create_certificates(tmp_path, "a.example.test", later), "a.example.test", later)
