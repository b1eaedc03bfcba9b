"""Our own metadata: valid, signed, and as AD FS orders it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import xmlsec
from lxml import etree

from idp.embedded.test_sp.pysaml2_client import make_sp_client
from idp.saml import schema, uris
from idp.saml.metadata import read_service_provider, write_idp_metadata, write_sp_metadata
from idp.saml.values import (
    EMAIL,
    PERSISTENT,
    POST,
    REDIRECT,
    TRANSIENT,
    AssertionConsumerService,
)

IDP_ID = "http://idp.example.test/adfs/services/trust"
SSO_URL = "https://idp.example.test/adfs/ls/"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NS = {"md": uris.METADATA, "ds": uris.XMLDSIG, "saml": uris.ASSERTION}
UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"


SCHEMA = etree.XMLSchema(schema.document("saml-schema-metadata-2.0.xsd"))


def write(identity, **more) -> bytes:
    arguments = {
        "entity_id": IDP_ID,
        "ls_url": SSO_URL,
        "certificates": [identity.certificate],
        "key": identity.key,
        "now": NOW,
        "attributes": [(UPN, 'UPN & "more"')],
        **more,
    }
    return write_idp_metadata(**arguments)


@pytest.mark.parametrize("signer", ["idp", "idp_ec"])
def test_our_metadata_is_valid_and_the_signature_holds(identities, signer):
    identity = getattr(identities, signer)
    root = etree.fromstring(write(identity))

    assert SCHEMA.validate(root), SCHEMA.error_log
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(identity.pem.certificate, xmlsec.KeyFormat.CERT_PEM)
    context.register_id(root, "ID")
    context.verify(root[0])


def test_the_order_is_that_of_adfs(identities):
    root = etree.fromstring(write(identities.idp))

    assert [child.tag.rpartition("}")[2] for child in root] == ["Signature", "IDPSSODescriptor"]
    assert [child.tag.rpartition("}")[2] for child in root[1]] == [
        "KeyDescriptor",
        *["SingleLogoutService"] * 2,
        *["NameIDFormat"] * 3,
        *["SingleSignOnService"] * 2,
        "Attribute",
    ]
    assert root.get("entityID") == IDP_ID
    assert root.get("validUntil") is None
    assert [each.text for each in root.iterfind(".//md:NameIDFormat", NS)] == [
        EMAIL,
        PERSISTENT,
        TRANSIENT,
    ]
    for name in ("SingleSignOnService", "SingleLogoutService"):
        services = root.findall(f".//md:{name}", NS)
        assert [each.get("Binding") for each in services] == [REDIRECT, POST]
        assert {each.get("Location") for each in services} == {SSO_URL}
    assert root.find(".//saml:Attribute", NS).get("FriendlyName") == 'UPN & "more"'


def test_the_primary_certificate_comes_first(identities):
    both = [identities.idp.certificate, identities.idp_ec.certificate]

    root = etree.fromstring(write(identities.idp, certificates=both))

    keys = root.findall("md:IDPSSODescriptor/md:KeyDescriptor", NS)
    assert [each.get("use") for each in keys] == ["signing", "signing"]
    assert [each.findtext(".//ds:X509Certificate", "", NS) for each in keys] == both


def test_our_metadata_may_have_valid_until(identities):
    root = etree.fromstring(write(identities.idp, valid_for=timedelta(days=1)))

    assert root.get("validUntil") == "2026-11-25T12:00:00.000Z"
    assert SCHEMA.validate(root)


def test_the_same_metadata_has_the_same_bytes_on_every_node(identities):
    assert write(identities.idp) == write(identities.idp)
    assert write(identities.idp)[:200] != write(identities.idp, ls_url="https://other.test/")[:200]


def test_pysaml2_reads_our_metadata(identities):
    client = make_sp_client(
        entity_id="https://sp.example.test/metadata",
        acs_urls=["https://sp.example.test/acs"],
        idp_metadata=write(identities.idp).decode(),
        key_pem=identities.sp.pem.private_key,
        cert_pem=identities.sp.pem.certificate,
    )

    services = client.metadata.single_sign_on_service(IDP_ID, binding=REDIRECT)
    assert services[0]["location"] == SSO_URL


def test_metadata_of_a_service_provider_is_read_back_as_it_was_written(identities):
    written = write_sp_metadata(
        entity_id="https://sp.example.test/?a=1&b=2",
        acs_urls=["https://sp.example.test/acs?a=1&b=2", "https://sp.example.test/other"],
        certificate=identities.sp.certificate,
        encryption_certificate=identities.stranger.certificate,
        authn_requests_signed=True,
        want_assertions_signed=True,
    )

    assert SCHEMA.validate(etree.fromstring(written))
    read = read_service_provider(written)
    assert read.entity_id == "https://sp.example.test/?a=1&b=2"
    assert read.assertion_consumer_services == (
        AssertionConsumerService("https://sp.example.test/acs?a=1&b=2", index=0, is_default=True),
        AssertionConsumerService("https://sp.example.test/other", index=1),
    )
    assert read.signing_certificates == (identities.sp.certificate,)
    assert read.encryption_certificates == (identities.stranger.certificate,)
    assert read.authn_requests_signed
    assert read.want_assertions_signed
