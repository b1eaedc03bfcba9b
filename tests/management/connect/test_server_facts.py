"""What an application is told of this server is what the metadata says."""

from __future__ import annotations

import base64

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from idp.management import signing_keys
from idp.management.connect.server_facts import facts_of, metadata_of

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
CERTIFICATE = "{http://www.w3.org/2000/09/xmldsig#}X509Certificate"


def endpoints(root, name):
    return {(each.get("Binding"), each.get("Location")) for each in root.iter(f"{MD}{name}")}


def test_the_facts_are_those_of_the_metadata(services):
    facts, root = facts_of(services), etree.fromstring(metadata_of(services))

    assert root.get("entityID") == facts.entity_id
    for name, told in (
        ("SingleSignOnService", facts.sign_on),
        ("SingleLogoutService", facts.log_out),
    ):
        assert endpoints(root, name) == {(each.binding, each.location) for each in told}
    assert [each.text for each in root.iter(f"{MD}NameIDFormat")] == list(facts.name_id_formats)
    keys = root.find(f"{MD}IDPSSODescriptor").iter(CERTIFICATE)
    assert [each.text for each in keys] == [each.base64 for each in facts.certificates]


def test_both_certificates_are_told_and_which_one_signs(services):
    [before] = facts_of(services).certificates
    signing_keys.roll(services.config, services.clock.now(), services.changes)

    current, other = facts_of(services).certificates

    assert (current, current.is_current, other.is_current) == (before, True, False)
    assert (
        current.thumbprint
        == signing_keys.as_json(signing_keys.ring_of(services.config))[0]["thumbprint"]
    )


def test_the_fingerprints_are_of_the_certificate_that_the_pem_holds(services):
    [told] = facts_of(services).certificates

    read = x509.load_pem_x509_certificate(told.pem.encode())

    assert told.sha1.replace(":", "").lower() == read.fingerprint(hashes.SHA1()).hex()  # noqa: S303
    assert told.sha256.replace(":", "").lower() == read.fingerprint(hashes.SHA256()).hex()
    assert read.public_bytes(Encoding.DER) == base64.b64decode(told.base64)
    assert told.valid_until == read.not_valid_after_utc
