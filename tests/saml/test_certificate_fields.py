"""Certificates that RFC 5280 forbids: the key in them is used, and the rest is reported."""

from __future__ import annotations

import base64
import contextlib
import warnings
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import given
from hypothesis import strategies as st
from support.certificates import odd_certificates as odd
from support.service_providers.field_metadata import ODD_CERTIFICATES, field_metadata

from idp.saml import der
from idp.saml.certificate_fields import read_fields
from idp.saml.certificate_report import report_on
from idp.saml.certificates import is_valid, public_key, read_certificate
from idp.saml.metadata import read_service_provider

NOW = datetime(2027, 1, 1, tzinfo=UTC)
GOOD = base64.b64decode(odd.certificate(NOW))
VERSION = 0xA0


def changed(**parts: bytes) -> bytes:
    """Return a certificate that is good except for the encoded *parts*."""
    whole = next(der.split(GOOD))
    signed, algorithm, signature = whole.children()
    version, serial, inner, issuer, validity, subject, key, *rest = signed.children()
    fields = {
        "version": version,
        "serial": serial,
        "inner": inner,
        "issuer": issuer,
        "validity": validity,
        "subject": subject,
        "key": key,
    }
    encoded = [parts.get(name, element.encoded) for name, element in fields.items()]
    return der.write(
        der.SEQUENCE,
        der.write(der.SEQUENCE, *encoded, *(each.encoded for each in rest)),
        algorithm.encoded,
        signature.encoded,
    )


def number(value: int) -> bytes:
    return der.write(der.INTEGER, value.to_bytes(9, signed=True))


def name(tag: int, text: bytes) -> bytes:
    common_name = der.write(0x06, bytes.fromhex("550403"))
    attribute = der.write(der.SEQUENCE, common_name, der.write(tag, text))
    return der.write(der.SEQUENCE, der.write(der.SET, attribute))


def spki(key) -> bytes:
    return key.public_bytes(forms.Encoding.DER, forms.PublicFormat.SubjectPublicKeyInfo)


GOOD_KEY = spki(x509.load_der_x509_certificate(GOOD).public_key())


def text_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.mark.parametrize(("file", "weakness"), ODD_CERTIFICATES.items())
def test_certificates_of_the_field_are_used_and_reported(file, weakness):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        [certificate] = read_service_provider(field_metadata(file)).signing_certificates
        report = report_on(certificate, NOW)

    assert public_key(certificate).key_size == 2048
    assert is_valid(certificate, NOW)
    assert report.subject.startswith("CN=sp.example.test") or ",CN=sp.example.test" in (
        report.subject
    )
    [reported] = report.weaknesses
    assert weakness in reported


@given(version=st.integers(-1, 300), serial=st.integers(-(2**60), 2**60))
def test_the_key_is_read_whatever_version_and_serial_number_say(version, serial):
    content = changed(version=der.write(VERSION, number(version - 1)), serial=number(serial))

    fields = read_fields(content)

    assert spki(fields.key) == GOOD_KEY
    assert fields.serial == serial
    assert any("version" in each for each in fields.oddities) == (version not in (1, 3))
    assert any("serial" in each for each in fields.oddities) == (serial <= 0)


@given(tag=st.sampled_from([0x0C, 0x12, 0x13, 0x14, 0x16, 0x1A]), text=st.binary(min_size=1))
def test_the_key_is_read_and_the_name_shown_whatever_bytes_are_in_it(tag, text):
    fields = read_fields(changed(subject=name(tag, text)))

    assert spki(fields.key) == GOOD_KEY
    assert len(fields.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)) == 1
    assert len(report_on(text_of(changed(subject=name(tag, text))), NOW).thumbprint) == 64


@pytest.mark.parametrize("letter", b'&*_@!"#$%;<>[]^`{|}~\x00\x7f\xe4')
def test_a_letter_that_a_printable_string_must_not_have_is_reported(letter):
    odd_name = name(der.PRINTABLE_STRING, b"R" + bytes((letter,)))

    for where in ("subject", "issuer"):
        assert "PrintableString" in read_fields(changed(**{where: odd_name})).oddities[0]


@pytest.mark.parametrize(
    ("parts", "weakness"),
    [
        ({"validity": der.write(der.SEQUENCE, *[der.write(0x17, b"some day")] * 2)}, "dates"),
        ({"validity": der.write(der.SEQUENCE)}, "dates"),
        ({"subject": der.write(der.SEQUENCE, b"\x31\x09")}, "subject"),
        ({"subject": name(0x1E, b"odd")}, "subject"),
        ({"issuer": der.write(der.SEQUENCE, b"\x31\x09")}, "other programs"),
    ],
)
def test_what_cannot_be_read_is_reported_and_the_key_is_used(parts, weakness):
    content = changed(**parts)

    assert spki(read_fields(content).key) == GOOD_KEY
    assert any(weakness in each for each in report_on(text_of(content), NOW).weaknesses)


def test_bytes_after_a_certificate_are_reported_and_not_taken_from_a_file():
    assert read_fields(GOOD + b"more").oddities == ("other bytes follow it",)
    assert read_certificate(GOOD + b"more") == text_of(GOOD)


@pytest.mark.parametrize("label", ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"])
def test_a_pem_file_may_hold_a_certificate_of_any_version(label):
    content = changed(version=der.write(VERSION, number(3)))
    lines = base64.encodebytes(content).decode()
    pem = f"notes\n-----BEGIN {label}-----\n{lines}-----END {label}-----\n"

    assert read_certificate(pem.encode()) == text_of(content)


@given(data=st.data())
def test_a_certificate_with_changed_bytes_is_read_or_refused_and_nothing_else(data):
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(content[: data.draw(st.integers(0, len(content)))])

    for each in (bytes(content), cut):
        report_on(text_of(each), NOW)
        with contextlib.suppress(ValueError):
            assert read_fields(each).encoded


def test_a_subject_with_bits_in_the_place_of_a_text_is_as_good_as_none():
    subject = read_fields(GOOD).subject
    [name] = subject
    text = name.value.encode()
    bits = GOOD.replace(bytes([0x0C, len(text)]) + text, bytes([0x03, len(text), 0x00]) + text[1:])
    assert bits != GOOD

    assert read_fields(bits).subject is None
    report_on(text_of(bits), NOW)


@given(st.binary(max_size=300))
def test_elements_are_written_as_they_are_read(content):
    [element] = der.split(der.write(der.SEQUENCE, content))

    assert (element.tag, element.content) == (der.SEQUENCE, content)


def test_a_key_is_never_taken_from_beside_its_place():
    """The key is the field after the subject, whatever else in the certificate looks like one."""
    other = base64.b64decode(odd.certificate(NOW))
    extra = next(der.split(other)).children()[0].children()[6]
    whole = next(der.split(GOOD))
    signed, algorithm, signature = whole.children()
    longer = der.write(der.SEQUENCE, signed.content, extra.encoded)
    content = der.write(der.SEQUENCE, longer, algorithm.encoded, signature.encoded)

    assert spki(read_fields(content).key) == GOOD_KEY
    assert spki(load_der_public_key(extra.encoded)) != GOOD_KEY
