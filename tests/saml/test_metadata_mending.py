"""What is misspelt in metadata is read in the stricter way with a warning, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certificates import odd_certificates as odd
from support.clock import NOON
from support.service_providers.field_metadata import field_metadata
from support.service_providers.metadata_parts import ACS, SIGNED, entity, key, method, role

from idp.saml import uris
from idp.saml.metadata import BadMetadata, read_metadata, read_service_provider
from idp.saml.metadata_mending import MAX_WARNINGS
from idp.saml.values import POST

CERTIFICATE = odd.certificate(NOON, key=odd.RSA_KEY)
KEYS = key(CERTIFICATE, "signing") + key(CERTIFICATE, "encryption")
FLAGS = {
    "AuthnRequestsSigned":  "authn_requests_signed",
    "WantAssertionsSigned": "want_assertions_signed",
}  # fmt: skip


def read(xml: str):
    return read_service_provider(xml.encode())


@pytest.mark.parametrize("name", FLAGS)
@given(
    value=st.text(st.characters(codec="ascii", exclude_characters="<&\"'", categories=["L", "N"]))
)
def test_a_flag_is_true_unless_it_says_false(name, value):
    sp = read(entity(role(KEYS + ACS, f' {name}="{value}"')))

    assert getattr(sp, FLAGS[name]) == (value.lower() not in ("false", "0"))
    assert bool(sp.warnings) == (value not in ("true", "false", "1", "0"))


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize(
    ("value", "flag", "is_mended"),
    [
        ("true", True, False), ("1", True, False), ("false", False, False), ("0", False, False),
        ("True", True, True), ("TRUE", True, True), ("yes", True, True), ("", True, True),
        ("False", False, True), ("FALSE", False, True), ("no", True, True), ("2", True, True),
    ],
)  # fmt: skip
def test_each_spelling_of_a_flag(name, value, flag, is_mended):
    sp = read(entity(role(KEYS + ACS, f' {name}="{value}"')))

    assert getattr(sp, FLAGS[name]) is flag
    assert [name in warning for warning in sp.warnings] == [True] * is_mended


@pytest.mark.parametrize(
    "name", ["authnrequestssigned", "authnRequestsSigned", "md:AuthnRequestsSigned"]
)
def test_a_flag_whose_name_is_in_another_case_is_a_flag(name):
    sp = read(entity(role(KEYS + ACS, f' {name}="true"')))

    assert sp.authn_requests_signed
    assert name.removeprefix("md:") in sp.warnings[0]


def test_an_unknown_attribute_is_not_dropped_without_a_word():
    sp = read(entity(role(KEYS + ACS, ' AuthnRequestSigned="true" x:own="1" xmlns:x="urn:x"')))

    assert sp.warnings == ("the attribute 'AuthnRequestSigned' is unknown and was ignored",)


def test_a_file_of_the_field_promises_signed_requests():
    sp = read_service_provider(field_metadata("md-authnsigned-True-capital"))

    assert sp.authn_requests_signed
    assert "AuthnRequestsSigned" in sp.warnings[0]


@pytest.mark.parametrize("file", ["md-location-trailing-space", "md-cache-ten-digits"])
def test_files_of_the_field_are_read_without_a_warning(file):
    found = read_metadata(field_metadata(file))

    assert found.service_provider.assertion_consumer_services[0].location.endswith("/acs")
    assert found.service_provider.warnings == ()


@pytest.mark.parametrize(
    ("use", "signing", "encryption"),
    [
        ('use="Signing"', True, False),
        ('use="SIGNING"', True, False),
        ('use="Encryption"', False, True),
        ('Use="signing"', True, False),
        ('md:use="signing"', True, False),
        ('use=""', True, True),
    ],
)
def test_a_misspelt_use_is_the_use_that_is_meant(use, signing, encryption):
    sp = read(entity(role(key(CERTIFICATE).replace("Descriptor>", f"Descriptor {use}>", 1) + ACS)))

    assert bool(sp.signing_certificates) == signing
    assert bool(sp.encryption_certificates) == encryption
    assert len(sp.warnings) == 1


@pytest.mark.parametrize("use", ["sign", "both", "signing encryption"])
def test_a_use_that_means_nothing_is_refused(use):
    with pytest.raises(BadMetadata, match="the use"):
        read(entity(role(key(CERTIFICATE, use) + ACS)))


MD, DS = f'xmlns="{uris.METADATA}"', f'xmlns="{uris.XMLDSIG}"'


@pytest.mark.parametrize("name", ["KeyInfo", "X509Data", "X509Certificate"])
@pytest.mark.parametrize("other", ["md:{}", "{}", "x:{}", "mdui:{}"])
def test_a_key_in_a_wrong_namespace_is_a_key(name, other):
    keys = KEYS.replace(f"ds:{name}>", f"{other.format(name)}>")
    sp = read(entity(role(keys + ACS, f'{SIGNED} xmlns:x="urn:x"')))

    assert sp.signing_certificates == sp.encryption_certificates == (CERTIFICATE,)
    assert name in sp.warnings[0]


@pytest.mark.parametrize(
    "tag", ["ds:KeyDescriptor", "KeyDescriptor", "md:keyDescriptor", "md:KEYDESCRIPTOR"]
)
def test_a_misspelt_key_descriptor_is_a_key_descriptor(tag):
    sp = read(entity(role(KEYS.replace("md:KeyDescriptor", tag) + ACS)))

    assert sp.signing_certificates == sp.encryption_certificates == (CERTIFICATE,)
    assert "KeyDescriptor" in sp.warnings[0]


def test_algorithms_in_a_wrong_namespace_are_announced():
    announced = method(uris.RSA_OAEP, uris.SHA256).replace("ds:Digest", "md:Digest")
    sp = read(entity(role(key(CERTIFICATE, "", announced.replace("md:Enc", "ds:Enc")) + ACS)))

    assert sp.sha256_transport == (CERTIFICATE,)
    assert len(sp.warnings) == 2


@pytest.mark.parametrize(
    "content", ["", "<ds:KeyName>sp</ds:KeyName>", "<ds:X509Data/>", "<ds:KeyValue/>"]
)
def test_a_key_without_a_certificate_is_not_dropped_without_a_word(content):
    empty = (
        f'<md:KeyDescriptor use="encryption"><ds:KeyInfo>{content}</ds:KeyInfo></md:KeyDescriptor>'
    )

    sp = read(entity(role(empty + ACS)))

    assert sp.encryption_certificates == ()
    assert sp.warnings == ("a key for encryption is given without a certificate and was ignored",)


def test_an_unknown_element_is_not_dropped_without_a_word():
    sp = read(entity(role(KEYS.replace("KeyDescriptor", "KeyDescription") + ACS)))

    assert sp.warnings == ("the element 'KeyDescription' was ignored",)


@pytest.mark.parametrize(
    ("value", "is_default"), [("True", True), ("FALSE", False), ("yes", False)]
)
def test_the_default_is_read_in_any_case(value, is_default):
    first = f'<md:AssertionConsumerService Binding="{POST}" Location="https://a.test/" index="0"/>'
    second = ACS.replace("/>", f' isDefault="{value}"/>')

    sp = read(entity(role(first + second)))

    assert sp.assertion_consumer_services[1].is_default == is_default
    assert "isDefault" in sp.warnings[0]


def test_metadata_that_is_as_it_should_be_has_no_warning_and_extensions_are_not_looked_at():
    extensions = '<md:Extensions><md:KeyInfo use="Signing"/><X509Data A="1"/></md:Extensions>'

    assert read(entity(extensions + role(extensions + KEYS + ACS, SIGNED))).warnings == ()


def test_warnings_are_bounded():
    unknown = "".join(f"<md:Unknown{n}/>" for n in range(1000))

    warnings = read(entity(role(unknown + ACS))).warnings

    assert len(warnings) == MAX_WARNINGS + 1
    assert warnings[-1] == f"there are {1000 - MAX_WARNINGS} more such warnings"
    long = read(entity(role(ACS, f' {"x" * 10_000}="{"y" * 10_000}"'))).warnings
    assert len(str(long)) < 200
