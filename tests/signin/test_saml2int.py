"""What docs/saml2int.md says of the interoperability profile, shown in real messages."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests
from lxml import etree
from support.service_providers.service_provider import ServiceProvider

from idp.saml import uris
from idp.saml.canonical import instant
from idp.saml.certificate_report import report_on
from idp.saml.values import TRANSIENT

NS = {
    "md": uris.METADATA,
    "saml": uris.ASSERTION,
    "samlp": uris.PROTOCOL,
    "ds": uris.XMLDSIG,
    "mdui": uris.MDUI,
}
SUBJECT_ID = "urn:oasis:names:tc:SAML:attribute:subject-id"


@pytest.fixture
def metadata(federation) -> etree._Element:
    """Our own, as it is published."""
    return etree.fromstring(requests.get(federation.metadata_url, timeout=30).content)


@pytest.fixture
def response(federation, easy) -> etree._Element:
    """The answer to an ordinary request."""
    return etree.fromstring(federation.sign_in(easy.url()).finish().xml)


def test_three_minutes_of_skew_are_allowed_either_way(federation, easy):
    def page_of(seconds: int) -> str:
        at = federation.clock.now() + timedelta(seconds=seconds)
        return federation.browser().get(easy.url(IssueInstant=instant(at))).title

    lifetime = federation.services.config.trusts.request_lifetime_seconds
    assert page_of(170) == page_of(-lifetime - 170) == "Sign In"
    assert page_of(200) != "Sign In"
    assert page_of(-lifetime - 200) != "Sign In"


def test_no_string_that_we_make_is_longer_than_256_characters(response, metadata):
    for root in (response, metadata):
        for element in root.iter():
            if etree.QName(element).namespace != uris.XMLDSIG:
                assert all(len(value) <= 256 for value in (element.text or "", *element.values()))


def test_no_message_has_a_document_type(federation, easy, metadata):
    assert b"<!DOCTYPE" not in federation.sign_in(easy.url()).finish().xml
    assert not metadata.getroottree().docinfo.doctype


def test_the_entity_id_is_an_absolute_uri(metadata):
    name = metadata.get("entityID")

    assert urlsplit(name).scheme
    assert urlsplit(name).netloc
    assert len(name) <= 256


def test_our_metadata_has_what_a_service_provider_needs(metadata):
    for name in ("SingleSignOnService", "SingleLogoutService", "KeyDescriptor[@use='signing']"):
        assert metadata.findall(f"md:IDPSSODescriptor/md:{name}", NS)
    assert metadata.findall("ds:Signature", NS)


def test_our_keys_are_certificates_of_at_least_2048_or_256_bits(federation, metadata):
    found = metadata.findall(".//md:KeyDescriptor//ds:X509Certificate", NS)

    assert found
    for certificate in found:
        report = report_on(certificate.text, federation.clock.now())
        assert report.key in ("RSA 2048", "EC secp256r1")
        assert report.weaknesses == ()


def test_our_metadata_names_no_logo_contact_error_page_or_scope(metadata):
    assert not metadata.findall(".//mdui:UIInfo", NS)
    assert not metadata.findall("md:ContactPerson", NS)
    assert not metadata.xpath("//@errorURL")
    assert not metadata.xpath("//*[local-name() = 'Scope']")


def test_a_successful_response_is_signed_where_the_trust_says_so(federation, easy):
    easy.set(saml_response_signature="MessageAndAssertion")

    finished = federation.sign_in(easy.url()).finish()

    assert finished.received.signature.state == "valid"


def test_a_response_has_one_assertion_with_one_authn_statement(response):
    for name, count in (("Assertion", 1), ("AuthnStatement", 1), ("AttributeStatement", 1)):
        assert len(response.findall(f".//saml:{name}", NS)) == count


def test_an_assertion_is_encrypted_whole_and_nothing_in_it_again(federation, pairs):
    sp = ServiceProvider(federation, pairs("sp"), encrypts=True).register()
    sp.set(second_factor="never")

    finished = federation.sign_in(sp.url()).finish()

    assert finished.assertion.encryption
    assert not finished.assertion.name_id_encryption


def test_a_name_id_is_transient_where_the_trust_says_so(federation, easy):
    easy.set(name_id_format="transient")

    assert federation.sign_in(easy.url()).finish().assertion.name_id.format == TRANSIENT


def test_a_subject_id_is_issued_where_the_trust_says_so(federation, easy):
    easy.set(**{f"attributes.{SUBJECT_ID}": "{upn}"})

    attributes = federation.sign_in(easy.url()).finish().attributes

    assert attributes[SUBJECT_ID] == (federation.user.name,)


def test_attributes_have_no_name_format_as_in_ad_fs(response):
    found = response.findall(".//saml:Attribute", NS)

    assert found
    assert all(each.get("NameFormat") is None for each in found)


def test_several_values_are_several_elements_with_text_alone(federation, easy):
    user = federation.add_user(groups=("staff", "library"))

    finished = federation.sign_in(easy.url(), user).finish()

    [group] = [
        each
        for each in etree.fromstring(finished.xml).iter(f"{{{uris.ASSERTION}}}Attribute")
        if each.get("Name").endswith("/Group")
    ]
    assert [value.text for value in group] == ["staff", "library"]
    assert all(len(value) == 0 for value in group)


def test_requests_come_by_redirect_signed_or_not(federation, easy):
    for key in (None, easy.key):
        assert federation.sign_in(easy.url(key=key)).finish().name_id == federation.user.name
