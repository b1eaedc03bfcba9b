"""The federation server's metadata, as service providers fetch it."""

from __future__ import annotations

import pytest
import requests
from lxml import etree
from support.nets import NET_SECONDS

from idp.config.schema import ServerSection
from idp.saml import signature, uris
from idp.saml.values import POST, REDIRECT

MD = {"md": uris.METADATA, "ds": uris.XMLDSIG, "saml": uris.ASSERTION}


@pytest.fixture
def answer(federation):
    return requests.get(federation.metadata_url, timeout=NET_SECONDS)


@pytest.fixture
def root(answer):
    return etree.fromstring(answer.content)


def test_the_metadata_are_served_as_saml_metadata_to_everybody(answer):
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/samlmetadata+xml")


def test_the_metadata_are_signed_with_the_key_that_they_name(root, federation):
    signature.check_enveloped(
        root, root.find("ds:Signature", MD), (federation.services.signing_key.certificate,)
    )
    (named,) = root.xpath("//md:KeyDescriptor[@use='signing']//ds:X509Certificate", namespaces=MD)
    assert named.text == federation.services.signing_key.certificate


def test_the_metadata_name_the_services_and_nothing_else(root, federation):
    (role,) = [child for child in root if child.tag.endswith("Descriptor")]
    names = [etree.QName(child).localname for child in role]
    assert list(dict.fromkeys(names)) == [
        "KeyDescriptor", "SingleLogoutService", "NameIDFormat", "SingleSignOnService", "Attribute",
    ]  # fmt: skip
    for name in ("SingleLogoutService", "SingleSignOnService"):
        services = {
            (each.get("Binding"), each.get("Location")) for each in role.findall(f"md:{name}", MD)
        }
        assert services == {(binding, f"{federation.url}/adfs/ls/") for binding in (REDIRECT, POST)}


def test_the_attributes_in_the_metadata_are_those_that_are_issued(root, federation, sp, phone):
    user = federation.add_user(
        "all@example.test",
        display_name="All",
        groups=("Staff",),
        attributes={"givenName": "All", "sn": "Users"},
    )
    sign_in = federation.sign_in(sp.url(), user)
    user.phone.approve(sign_in.number)
    offered = {each.get("Name") for each in root.iter(f"{{{uris.ASSERTION}}}Attribute")}
    assert offered == set(sign_in.finish().attributes)


def test_the_entity_id_is_by_http_also_under_tls(reconfigured):
    client = reconfigured(server=ServerSection(base_url="https://sts.example.test"))
    text = client.get("/FederationMetadata/2007-06/FederationMetadata.xml").text
    assert 'entityID="http://sts.example.test/adfs/services/trust"' in text
    assert 'Location="https://sts.example.test/adfs/ls/"' in text
