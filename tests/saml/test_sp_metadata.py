"""A service provider's metadata: what is taken from it, and what is told when it is wrong."""

from __future__ import annotations

import base64
import contextlib
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.service_providers.metadata_parts import (
    ACS,
    ACS_URL,
    SP_ID,
    entities,
    entity,
    key,
    method,
    role,
)

from idp.saml import uris
from idp.saml.metadata import MAX_BYTES, BadMetadata, read_metadata, read_service_provider
from idp.saml.values import (
    EMAIL,
    POST,
    REDIRECT,
    AssertionConsumerService,
    SingleLogoutService,
)

SPACED = ["Location", "Binding", "index", "isDefault", "ResponseLocation", "entityID", "use",
          "protocolSupportEnumeration", "AuthnRequestsSigned", "WantAssertionsSigned", "Algorithm",
          "cacheDuration", "validUntil"]  # fmt: skip


def read(xml: str, *arguments, **more):
    return read_service_provider(xml.encode(), *arguments, **more)


def faults_of(xml: str | bytes, *arguments, **more) -> tuple[str, ...]:
    with pytest.raises(BadMetadata) as caught:
        read_service_provider(xml.encode() if isinstance(xml, str) else xml, *arguments, **more)
    assert "\n" not in str(caught.value)
    return caught.value.faults


def test_the_least_metadata_makes_a_trust():
    assert read(entity()).assertion_consumer_services == (
        AssertionConsumerService(ACS_URL, POST, 0, is_default=True),
    )


def test_the_content_of_metadata_is_taken(identities):
    sp = read(
        entity(
            role(
                key(identities.sp.certificate, "signing")
                + key(identities.stranger.certificate, "encryption")
                + f"<md:NameIDFormat> {EMAIL} </md:NameIDFormat>"
                + ACS
                + ACS.replace(POST, REDIRECT).replace('"0"', '"4"'),
                ' AuthnRequestsSigned="true" WantAssertionsSigned="1"',
            )
        )
    )

    assert sp.entity_id == SP_ID
    assert sp.signing_certificates == (identities.sp.certificate,)
    assert sp.encryption_certificates == (identities.stranger.certificate,)
    assert sp.name_id_formats == (EMAIL,)
    assert (sp.authn_requests_signed, sp.want_assertions_signed) == (True, True)
    assert sp.assertion_consumer_services[1].index == 4


def test_a_key_without_use_serves_both_and_never_switches_checking_off(identities):
    sp = read(entity(role(key(identities.sp.certificate) + ACS, ' AuthnRequestsSigned="true"')))

    assert sp.authn_requests_signed
    assert sp.signing_certificates == sp.encryption_certificates == (identities.sp.certificate,)


def test_a_certificate_that_metadata_names_twice_is_taken_once(identities):
    keys = key(identities.sp.certificate) + key(identities.idp_ec.certificate, "signing")

    sp = read(entity(role(keys + key(identities.sp.certificate, "signing") + ACS)))

    assert sp.signing_certificates == (identities.sp.certificate, identities.idp_ec.certificate)


def test_line_breaks_in_a_certificate_do_not_matter(identities):
    broken = base64.encodebytes(base64.b64decode(identities.sp.certificate)).decode()

    assert read(entity(role(key(f"\n  {broken}\n") + ACS))).signing_certificates == (
        identities.sp.certificate,
    )


def test_of_a_chain_the_first_certificate_counts(identities):
    """pysaml2 alone would take the last one, which is the issuer's."""
    chain = (
        f"{identities.sp.certificate}</ds:X509Certificate><ds:X509Certificate>"
        f"{identities.stranger.certificate}"
    )

    assert read(entity(role(key(chain) + ACS))).signing_certificates == (identities.sp.certificate,)


@pytest.mark.parametrize(
    ("marks", "default"),
    [
        (("", ""), 0),
        (("", "true"), 1),
        (("false", ""), 1),
        (("false", "false"), 0),
        (("1", "true"), 0),
    ],
)
def test_the_default_is_found_as_the_standard_says(marks, default):
    services = "".join(
        f'<md:AssertionConsumerService Binding="{POST}" Location="{ACS_URL}/{n}" index="{n}"'
        f"{f' isDefault={mark!r}' if mark else ''}/>"
        for n, mark in enumerate(marks)
    )

    found = read(entity(role(services))).assertion_consumer_services

    assert [each.is_default for each in found] == [n == default for n in range(2)]


def test_the_name_for_people_is_english_where_there_is_a_choice():
    info = (
        "<md:Extensions><mdui:UIInfo>"
        '<mdui:DisplayName xml:lang="de">Dienst</mdui:DisplayName>'
        '<mdui:DisplayName xml:lang="en">Service</mdui:DisplayName>'
        "</mdui:UIInfo></md:Extensions>"
    )
    organization = (
        "<md:Organization><md:OrganizationName xml:lang='de'>o</md:OrganizationName>"
        "<md:OrganizationDisplayName xml:lang='de'>Verein</md:OrganizationDisplayName>"
        "<md:OrganizationURL xml:lang='de'>https://x.test</md:OrganizationURL></md:Organization>"
    )

    assert read(entity(role(info + ACS) + organization)).display_name == "Service"
    assert read(entity(role() + organization)).display_name == "Verein"
    assert read(entity()).display_name == ""


def test_one_entity_of_many_is_chosen_by_entity_id():
    many = entities(
        entity(entity_id="https://a.test"), entities(entity(entity_id="https://b.test"))
    )

    assert read(many, "https://b.test").entity_id == "https://b.test"
    assert "several" in faults_of(many)[0]
    assert "https://c.test" in faults_of(many, "https://c.test")[0]
    assert "several" in faults_of(entities(entity(), entity()), SP_ID)[0]


@pytest.mark.parametrize(
    "around", [lambda each: each, lambda each: entities(each, entity("", "urn:other"))]
)
def test_unknown_names_of_any_letters_are_no_problem(around):
    extension = '<md:Extensions><x:Größe xmlns:x="urn:x" é="ß"/></md:Extensions>'

    assert read(around(entity(extension + role(ACS))), SP_ID).entity_id == SP_ID


def test_the_only_service_provider_among_others_needs_no_choosing():
    idp = entity("<md:IDPSSODescriptor/>", "https://idp.test")

    assert read(entities(idp, entity())).entity_id == SP_ID


@pytest.mark.parametrize(
    ("xml", "fault"),
    [
        ("", "not well-formed"),
        ("no metadata", "not well-formed"),
        ("<html><body>Sign in</body></html>", "no SAML metadata"),
        (entity("<md:IDPSSODescriptor/>"), "no service provider"),
        (entity(role(ACS).replace("SAML:2.0:p", "SAML:1.1:p")), "does not speak SAML 2.0"),
        (entity(role("")), "no assertion consumer service"),
        (entity(role(ACS.replace("POST", "Artifact"))), "no assertion consumer service"),
        (entity(role(key("AAAA") + ACS)), "certificate in it is unusable"),
        (entity(role(key("not base64!") + ACS)), "certificate in it is unusable"),
        (entity(role(ACS, ' AuthnRequestsSigned="true"')), "no signing certificate"),
        (entity(entity_id=" "), "no entityID"),
        (entity(role(ACS.replace('"0"', '"-1"'))), "index"),
        ("<!DOCTYPE x>" + entity(), "document type"),
        (entity(role(ACS.replace("https://sp.example.test/acs", "javascript:alert(1)"))), "https"),
    ],
)  # fmt: skip
def test_a_fault_is_reported(xml, fault):
    assert any(fault in each for each in faults_of(xml))


def test_all_faults_are_reported_at_once():
    acs = ACS.replace("https:", "ftp:")

    assert len(faults_of(entity(role(key("AAAA") + acs + acs.replace("acs", "b"))))) == 3


def test_http_is_allowed_only_by_the_setting():
    plain = entity(role(ACS.replace("https:", "http:")))

    assert faults_of(plain)
    assert read(plain, allow_http=True).assertion_consumer_services[0].location.startswith("http:")


def test_metadata_that_is_too_large_is_refused():
    assert faults_of(b"<x>" + b" " * MAX_BYTES + b"</x>")


def test_metadata_with_unknown_roles_can_be_read(identities):
    ws_federation = (
        '<md:RoleDescriptor xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706" '
        'xsi:type="fed:SecurityTokenServiceType" protocolSupportEnumeration="x">'
        "<fed:ClaimTypesOffered/></md:RoleDescriptor>"
    )

    assert read(entity(ws_federation + role())).entity_id == SP_ID


def test_of_several_roles_the_first_that_speaks_saml_2_counts(identities):
    old = role(ACS.replace("/acs", "/old")).replace("SAML:2.0:protocol", "SAML:1.1:protocol")
    first = role(key(identities.sp.certificate) + ACS)
    second = role(ACS.replace("/acs", "/second"))

    sp = read(entity("<md:IDPSSODescriptor/>" + old + first + second))

    assert [each.location for each in sp.assertion_consumer_services] == [ACS_URL]
    assert sp.signing_certificates == (identities.sp.certificate,)


def test_extensions_and_attributes_of_others_are_passed_over():
    extensions = (
        '<md:Extensions><x:Any xmlns:x="urn:x" y="z"><x:In>text</x:In></x:Any></md:Extensions>'
    )

    sp = read(entity(extensions + role(extensions + ACS, ' xmlns:o="urn:o" o:flag="true"')))

    assert sp.entity_id == SP_ID


@settings(max_examples=60)
@given(data=st.data())
def test_metadata_with_bytes_changed_is_read_or_refused_and_nothing_else(data):
    xml = bytearray(entity(role(key("AAAA") + ACS)).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        xml[data.draw(st.integers(0, len(xml) - 1))] = data.draw(st.integers(0, 255))

    with contextlib.suppress(BadMetadata):
        read_service_provider(bytes(xml))


def test_reading_metadata_does_not_import_the_slow_part_of_pysaml2():
    code = (
        "import sys, idp.saml.metadata, idp.saml.requests, idp.saml.assertions\n"
        "assert not any(name.startswith('saml2') for name in sys.modules)\n"
        f"idp.saml.metadata.read_service_provider({entity().encode()!r})\n"
        "assert 'saml2.md' in sys.modules and 'xmlschema' not in sys.modules\n"
    )

    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603  # our own interpreter


def logout_service(binding: str, location: str, answers: str = "") -> str:
    said = f' ResponseLocation="{answers}"' if answers else ""
    return f'<md:SingleLogoutService Binding="{binding}" Location="{location}"{said}/>'


def test_log_out_services_are_taken_for_supported_bindings():
    soap = logout_service("urn:oasis:names:tc:SAML:2.0:bindings:SOAP", "http://sp/soap")
    one = logout_service(POST, "https://sp.example.test/slo", "https://sp.example.test/answers")
    two = logout_service(REDIRECT, "https://sp.example.test/slo")

    assert read(entity(role(soap + one + two + ACS))).single_logout_services == (
        SingleLogoutService("https://sp.example.test/slo", POST, "https://sp.example.test/answers"),
        SingleLogoutService("https://sp.example.test/slo", REDIRECT),
    )
    assert read(entity()).single_logout_services == ()


@pytest.mark.parametrize(
    "address",
    ["http://sp.example.test/slo", "https://u@sp.example.test/", "https://sp/../x", "javascript:1"],
)
def test_a_log_out_service_with_an_address_that_cannot_be_used_is_left_out(address):
    good = logout_service(REDIRECT, "https://sp.example.test/good")
    for service in (
        logout_service(POST, address),
        logout_service(POST, "https://sp.example.test/slo", address),
    ):
        sp = read(entity(role(service + good + ACS)))

        assert [each.location for each in sp.single_logout_services] == [
            "https://sp.example.test/good"
        ]
        (warning,) = sp.warnings
        assert warning.startswith("its log-out service ")
        assert warning.endswith("left out")


@pytest.mark.parametrize(
    "unusable",
    [
        'Location="http://sp.example.test/acs" index="7" isDefault="true"',
        'Location="https://sp.example.test/a b" index="7"',
        'Location="javascript:alert(1)" index="7"',
        'Location="https://sp.example.test/acs" index="-1"',
        'Location="https://sp.example.test/acs" index="x"',
        'index="7"',
    ],
)
def test_a_consumer_service_that_cannot_be_used_is_left_out_beside_one_that_can(unusable):
    sp = read(entity(role(f'<md:AssertionConsumerService Binding="{POST}" {unusable}/>{ACS}')))

    assert sp.assertion_consumer_services == (
        AssertionConsumerService(ACS_URL, POST, 0, is_default=True),
    )
    (warning,) = sp.warnings
    assert "assertion consumer service" in warning
    assert "left out" in warning


def test_what_a_library_raises_is_a_fault_of_the_metadata(monkeypatch):
    def fail(_xml):
        raise KeyError("of a library")

    monkeypatch.setattr("saml2.md.entity_descriptor_from_string", fail)

    assert faults_of(entity()) == ("a part of it cannot be handled (KeyError)",)


@pytest.mark.parametrize("name", SPACED)
@pytest.mark.parametrize("space", [" ", "&#10;", "\t\r\n  "])
def test_white_space_around_a_value_does_not_matter(name, space, identities):
    methods = method(uris.RSA_OAEP, uris.SHA256)
    keys = key(identities.sp.certificate, "signing", methods) + key(
        identities.stranger.certificate, "encryption", methods
    )
    slo = logout_service(POST, "https://sp.example.test/slo", "https://sp.example.test/answers")
    flags = ' AuthnRequestsSigned="true" WantAssertionsSigned="true"'
    acs = ACS.replace("/>", ' isDefault="true"/>')
    limits = ' validUntil="2027-01-01T00:00:00Z" cacheDuration="PT6H"'
    plain = entity(role(keys + slo + f"<md:NameIDFormat>{EMAIL}</md:NameIDFormat>" + acs, flags),
                   attributes=limits)  # fmt: skip
    spaced = re.sub(rf'\b{name}="([^"]*)"', rf'{name}="{space}\1{space}"', plain)
    spaced = spaced.replace(EMAIL, f"{space}{EMAIL}{space}")

    assert spaced != plain
    found, expected = read_metadata(spaced.encode()), read_metadata(plain.encode())

    assert found.service_provider == expected.service_provider
    assert found.validity == expected.validity
    assert found.service_provider.warnings == ()
    assert read_metadata(entities(entity(entity_id="urn:b"), spaced).encode(), SP_ID)


def test_a_space_that_xml_does_not_collapse_is_refused():
    assert faults_of(entity(role(ACS.replace(f'"{ACS_URL}"', f'"\u00a0{ACS_URL}"'))))
