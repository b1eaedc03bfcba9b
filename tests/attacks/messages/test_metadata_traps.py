"""Traps in metadata: an administrator was talked into importing it, and nothing comes of it."""

from __future__ import annotations

import pytest
from support.service_providers.metadata_parts import ACS, entities, entity, role
from support.service_providers.saml_messages import AuthnRequestWriter

from idp.saml import uris
from idp.saml.aggregate import MAX_BYTES
from idp.saml.metadata import read_metadata
from idp.saml.sp_metadata import BadMetadata, read_service_provider
from idp.saml.values import POST

SP_ID = "https://sp.example.test/metadata"
ACS_URL = "https://sp.example.test/acs"


def metadata(
    inner: str = "", *, entity_id: str = SP_ID, acs_url: str = ACS_URL, index: str = "0"
) -> str:
    return (
        f'<md:EntityDescriptor xmlns:md="{uris.METADATA}" xmlns:ds="{uris.XMLDSIG}" '
        f'entityID="{entity_id}"><md:SPSSODescriptor '
        f'protocolSupportEnumeration="{uris.PROTOCOL}">{inner}<md:AssertionConsumerService '
        f'Binding="{POST}" Location="{acs_url}" index="{index}"/>'
        "</md:SPSSODescriptor></md:EntityDescriptor>"
    )


def key(certificate: str) -> str:
    return (
        "<md:KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
        f"{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def faults_of(xml: str) -> str:
    with pytest.raises(BadMetadata) as caught:
        read_service_provider(xml.encode(), allow_http=True)
    told = str(caught.value)
    assert "\n" not in told
    assert len(told) < 3000
    return told


DOCTYPES = {
    "an empty one": "<!DOCTYPE x>",
    "a file": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "an address": '<!DOCTYPE x [<!ENTITY e SYSTEM "{url}">]>',
    "an external DTD": '<!DOCTYPE x SYSTEM "{url}">',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % e SYSTEM "{url}"> %e;]>',
    "a default ID": f'<!DOCTYPE x [<!ATTLIST x entityID CDATA "{SP_ID}">]>',
    "a billion laughs": "<!DOCTYPE x ["
    + '<!ENTITY e0 "ha">'
    + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    + "]>",
}


@pytest.mark.parametrize("doctype", DOCTYPES.values(), ids=DOCTYPES.keys())
@pytest.mark.parametrize("entity", ["", "&e;", "&e9;"])
def test_a_document_type_is_refused_and_nothing_is_fetched(doctype, entity, listener):
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    formats = f"<md:NameIDFormat>{entity}</md:NameIDFormat>"

    assert "document type" in faults_of(doctype.replace("{url}", url) + metadata(formats))
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_an_inclusion_is_not_followed(listener):
    port = listener.getsockname()[1]
    include = (
        '<md:Extensions><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" '
        f'href="http://127.0.0.1:{port}/x"/></md:Extensions>'
    )

    assert read_service_provider(metadata(include).encode()).entity_id == SP_ID
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java&#9;script:alert(1)",
        " javascript:alert(1)",
        "javascript://sp.example.test/%0aalert(1)",
        "data:text/html,&lt;script>alert(1)&lt;/script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example.test/acs",
        "https:evil.example.test",
        "https:///acs",
        "https://sp.example.test/&#10;Set-Cookie:x",
        "https://sp.example.test\\@evil.example.test/",
        "https://user:secret@sp.example.test/acs",
        "https://sp.example.test/a/../acs",
        "https://sp.example.test/a/%2e%2e/acs",
        "https://sp.example.test/acs#fragment",
        "https://sp.example.test:99999/acs",
        "https://[::1/acs",
        "https://sp.еxample.test/acs",
        "",
    ],
)
def test_an_address_that_is_malformed_or_a_script_is_refused(address):
    """CVE-2023-45683 (crewjam/saml): a page of ours would post to, that is run, the script."""
    assert "assertion consumer service" in faults_of(metadata(acs_url=address))


def test_two_entities_of_one_name_are_refused_whatever_else_differs():
    evil = metadata(acs_url="https://evil.example.test/acs")
    both = f'<md:EntitiesDescriptor xmlns:md="{uris.METADATA}">{metadata()}{evil}'

    assert "several" in faults_of(f"{both}</md:EntitiesDescriptor>")
    with pytest.raises(BadMetadata, match="several"):
        read_service_provider(f"{both}</md:EntitiesDescriptor>".encode(), SP_ID)


HIDDEN = ["<!-- x -->", "<?x y?>", "<![CDATA[]]>"]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_markup_inside_a_certificate_or_a_name_does_not_cut_it(hidden, identities):
    certificate = identities.sp.certificate
    cut = f"{certificate[:100]}{hidden}{certificate[100:]}"
    formats = f"<md:NameIDFormat>urn:one:{hidden}two</md:NameIDFormat>"

    sp = read_service_provider(metadata(key(cut) + formats).encode())

    assert sp.signing_certificates == (certificate,)
    assert sp.name_id_formats == ("urn:one:two",)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_an_entity_id_holds_no_comment(hidden):
    assert "not well-formed" in faults_of(metadata(entity_id=f"https://sp.example.test{hidden}/m"))


def test_an_escaped_comment_is_part_of_the_name():
    escaped = "https://sp.example.test&lt;!-- x -->/metadata"

    sp = read_service_provider(metadata(entity_id=escaped).encode())

    assert sp.entity_id == "https://sp.example.test<!-- x -->/metadata"


def test_an_entity_id_longer_than_the_standard_allows_is_refused():
    longest = "urn:" + "x" * 1020

    assert read_service_provider(metadata(entity_id=longest).encode()).entity_id == longest
    assert "1024" in faults_of(metadata(entity_id=longest + "x"))


@pytest.mark.parametrize("index", ["65536", "9" * 5_000, "9" * 500_000, "-1", "1.5", "٣", "0x1"])
def test_a_malformed_index_is_refused(index):
    assert "index" in faults_of(metadata(index=index))


def test_deep_or_huge_metadata_is_refused():
    assert "nested" in faults_of(metadata("<md:Extensions>" + "<x>" * 10_000))
    assert "larger" in faults_of(metadata(f"<!--{'x' * 1024 * 1024}-->"))


@pytest.mark.parametrize(
    "certificate",
    ["", "AAAA", "-----BEGIN CERTIFICATE-----", "MIIB" * 10_000, "А" * 40, "\x7f"],
)
def test_a_malformed_certificate_is_reported(certificate):
    assert "certificate" in faults_of(metadata(key(certificate)))


# Of several entities, the one that is meant.


@pytest.fixture
def sign_metadata(identities):
    """Sign metadata as a federation does; the certificate is what an administrator was given."""
    return AuthnRequestWriter(identities.sp).sign


def test_a_namesake_hidden_in_signed_metadata_is_not_taken_for_the_entity(
    sign_metadata, identities
):
    evil = entity(role(ACS.replace("/acs", "/evil")))
    hidden = f"<md:Extensions>{evil}</md:Extensions>"
    metadata = sign_metadata(entities(hidden, entity(), attributes=' ID="_all"').encode())

    with pytest.raises(BadMetadata, match="2 times"):
        read_metadata(metadata, SP_ID, signed_by=identities.sp.certificate)
    with pytest.raises(BadMetadata, match="no service provider"):
        read_metadata(entities(hidden).encode(), SP_ID)


def test_a_role_hidden_in_an_extension_makes_no_service_provider():
    hidden = entity(f"<md:Extensions>{role()}</md:Extensions>")

    with pytest.raises(BadMetadata, match="no service provider"):
        read_metadata(entities(hidden).encode(), SP_ID)


def test_a_signed_entity_is_not_larger_than_another(sign_metadata, identities):
    large = sign_metadata(
        entity(role() + f"<!--{'x' * MAX_BYTES}-->", attributes=' ID="_x"').encode()
    )

    with pytest.raises(BadMetadata, match="larger"):
        read_metadata(large, signed_by=identities.sp.certificate)


def test_both_readers_follow_the_encoding_that_metadata_declares():
    """Otherwise one reader would find another name than the other."""
    declared = '<?xml version="1.0" encoding="iso-8859-1"?>'
    whole = declared + entities(entity(entity_id="https://sp.example.test/ü"))

    name = "https://sp.example.test/Ã¼"
    assert read_metadata(whole.encode(), name).service_provider.entity_id == name
