"""A service provider's metadata: what is taken from it, and which part counts."""

from __future__ import annotations

import base64
import re
import subprocess
import sys

import pytest
from support.service_providers.metadata_parts import (
    ACS,
    ACS_URL,
    SP_ID,
    entities,
    entity,
    key,
    method,
    role,
    slo,
)

from idp.saml import uris
from idp.saml.metadata import BadMetadata, read_metadata, read_service_provider
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


def test_reading_metadata_does_not_import_the_slow_part_of_pysaml2():
    code = (
        "import sys, idp.saml.metadata, idp.saml.requests, idp.saml.assertions\n"
        "assert not any(name.startswith('saml2') for name in sys.modules)\n"
        f"idp.saml.metadata.read_service_provider({entity().encode()!r})\n"
        "assert 'saml2.md' in sys.modules and 'xmlschema' not in sys.modules\n"
    )

    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603  # our own interpreter


def test_log_out_services_are_taken_for_supported_bindings():
    soap = slo("http://sp/soap", "urn:oasis:names:tc:SAML:2.0:bindings:SOAP")
    one = slo("https://sp.example.test/slo", POST, "https://sp.example.test/answers")
    two = slo("https://sp.example.test/slo", REDIRECT)

    assert read(entity(role(soap + one + two + ACS))).single_logout_services == (
        SingleLogoutService("https://sp.example.test/slo", POST, "https://sp.example.test/answers"),
        SingleLogoutService("https://sp.example.test/slo", REDIRECT),
    )
    assert read(entity()).single_logout_services == ()


@pytest.mark.parametrize("name", SPACED)
@pytest.mark.parametrize("space", [" ", "&#10;", "\t\r\n  "])
def test_white_space_around_a_value_does_not_matter(name, space, identities):
    methods = method(uris.RSA_OAEP, uris.SHA256)
    keys = key(identities.sp.certificate, "signing", methods) + key(
        identities.stranger.certificate, "encryption", methods
    )
    log_out = slo("https://sp.example.test/slo", POST, "https://sp.example.test/answers")
    flags = ' AuthnRequestsSigned="true" WantAssertionsSigned="true"'
    acs = ACS.replace("/>", ' isDefault="true"/>')
    limits = ' validUntil="2027-01-01T00:00:00Z" cacheDuration="PT6H"'
    formats = f"<md:NameIDFormat>{EMAIL}</md:NameIDFormat>"
    plain = entity(role(keys + log_out + formats + acs, flags), attributes=limits)
    spaced = re.sub(rf'\b{name}="([^"]*)"', rf'{name}="{space}\1{space}"', plain)
    spaced = spaced.replace(EMAIL, f"{space}{EMAIL}{space}")

    assert spaced != plain
    found, expected = read_metadata(spaced.encode()), read_metadata(plain.encode())

    assert found.service_provider == expected.service_provider
    assert found.validity == expected.validity
    assert found.service_provider.warnings == ()
    assert read_metadata(entities(entity(entity_id="urn:b"), spaced).encode(), SP_ID)
