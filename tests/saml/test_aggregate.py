"""One service provider out of a federation's metadata: chosen, bounded, and signed for."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime

import pytest
import xmlsec
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from support.service_providers.metadata_parts import ACS, SP_ID, entities, entity, key, role

from idp.saml import aggregate, uris, xml
from idp.saml.metadata import BadMetadata, read_metadata

MANY = 10_000
A, B = "https://a.test", "https://b.test"


def faults_of(metadata: str | bytes, *arguments, **more) -> tuple[str, ...]:
    content = metadata.encode() if isinstance(metadata, str) else metadata
    with pytest.raises(BadMetadata) as caught:
        read_metadata(content, *arguments, **more)
    assert "\n" not in str(caught.value)
    return caught.value.faults


@pytest.fixture(scope="module")
def aggregate_of_many(identities) -> bytes:
    """Ten thousand service providers in nested groups, each with a key."""
    keyed = role(key(identities.sp.certificate) + ACS)
    groups = (
        entities(*(entity(keyed, f"https://sp{n}-{m}.test") for m in range(MANY // 100)))
        for n in range(100)
    )
    return entities(*groups, attributes=' validUntil="2027-01-01T00:00:00Z"').encode()


def test_one_entity_of_ten_thousand_is_found_without_a_tree_of_all(aggregate_of_many, identities):
    tracemalloc.start()
    found = read_metadata(aggregate_of_many, "https://sp99-99.test")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found.service_provider.entity_id == "https://sp99-99.test"
    assert found.service_provider.signing_certificates == (identities.sp.certificate,)
    assert len(found.document) < 5000
    assert peak < 10 * 2**20
    assert len(aggregate_of_many) > 15 * 2**20


def test_only_the_chosen_entity_becomes_a_tree(aggregate_of_many, monkeypatch):
    parsed = []
    monkeypatch.setattr(
        aggregate, "parse", lambda part, **limit: parsed.append(len(part)) or xml.parse(part)
    )

    read_metadata(aggregate_of_many, "https://sp0-0.test")

    assert len(parsed) == 1
    assert parsed[0] < 5000


def test_some_names_and_their_number_are_reported_where_none_was_chosen(aggregate_of_many):
    [fault] = faults_of(aggregate_of_many)

    assert "https://sp0-0.test, https://sp0-1.test" in fault
    assert f"and {MANY - aggregate.MAX_LISTED} more" in fault
    assert len(fault) < 2000


def test_metadata_larger_than_any_federation_is_refused(monkeypatch):
    monkeypatch.setattr(aggregate, "MAX_AGGREGATE_BYTES", 2 * 2**20)

    assert "larger than 2 MiB" in faults_of(b" " * (2 * 2**20 + 1))[0]


def test_one_entity_is_not_larger_than_a_mebibyte_however_many_there_are():
    large = entity(role(ACS + f"<md:NameIDFormat>{'x' * 2**20}</md:NameIDFormat>"))

    assert faults_of(entities(entity(entity_id=A), large), SP_ID)


def test_groups_may_be_nested_but_not_without_end():
    within, beyond = entity(), entity()
    for _ in range(50):
        within = entities(within)
    for _ in range(101):
        beyond = entities(beyond)

    assert read_metadata(within.encode()).service_provider.entity_id == SP_ID
    assert "deeper" in faults_of(beyond)[0]


def test_namespaces_declared_around_an_entity_hold_inside_it():
    bare = (
        f'<e:EntityDescriptor entityID="{SP_ID}"><e:SPSSODescriptor protocolSupportEnumeration='
        f'"urn:oasis:names:tc:SAML:2.0:protocol">{ACS.replace("md:", "e:")}</e:SPSSODescriptor>'
        "</e:EntityDescriptor>"
    )
    outer = (
        '<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"><x:EntitiesDescriptor '
        'xmlns:x="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:e="urn:a&amp;&quot;b">'
        '<x:EntitiesDescriptor xmlns:e="urn:oasis:names:tc:SAML:2.0:metadata">'
        f"{bare}</x:EntitiesDescriptor></x:EntitiesDescriptor></EntitiesDescriptor>"
    )

    found = read_metadata(f"\ufeff{outer}".encode(), SP_ID)

    assert found.service_provider.entity_id == SP_ID
    assert read_metadata(found.document) == found


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=6))
def test_the_document_that_is_kept_says_the_same_as_the_whole(names):
    whole = entities(*(entity(entity_id=f"https://{name}.test") for name in names)).encode()

    for name in set(names):
        if names.count(name) == 1:
            found = read_metadata(whole, f"https://{name}.test")
            assert read_metadata(found.document) == found
        else:
            assert "several" in faults_of(whole, f"https://{name}.test")[0]


def test_an_entity_hidden_in_another_element_is_not_found():
    hidden = entities(f"<md:Extensions>{entity(entity_id=A)}</md:Extensions>", entity(entity_id=B))

    assert read_metadata(hidden.encode()).service_provider.entity_id == B
    assert "no service provider" in faults_of(hidden, A)[0]


@pytest.mark.parametrize("content", ["<!DOCTYPE x [<!ENTITY e 'x'>]>%s", "%s<x/>", "%s&e;"])
def test_a_document_type_or_bad_xml_is_refused_in_the_scan(content):
    assert faults_of(content % entities(entity()), SP_ID)


class TestSignedMetadata:
    """The signature is of the root, in the one shape that any message's signature has."""

    @pytest.fixture
    def signed_aggregate(self, writer) -> bytes:
        many = entities(entity(entity_id=A), entities(entity(entity_id=B)), attributes=' ID="_all"')
        return writer.sign(many.encode())

    def test_the_entity_is_taken_from_what_was_verified(self, signed_aggregate, identities):
        found = read_metadata(signed_aggregate, B, signed_by=identities.sp.certificate)

        assert found.service_provider.entity_id == B
        assert b"Signature" not in found.document

    def test_one_entity_may_sign_for_itself(self, writer, identities):
        alone = writer.sign(entity(attributes=' ID="_one"').encode())

        found = read_metadata(alone, signed_by=identities.sp.certificate)

        assert found.document == alone

    def test_without_a_certificate_a_signature_says_nothing(self, signed_aggregate):
        assert read_metadata(signed_aggregate.replace(b"a.test", b"z.test"), B)

    def test_another_key_no_signature_and_a_changed_byte_are_refused(
        self, signed_aggregate, identities
    ):
        unsigned = entities(entity(entity_id=B), attributes=' ID="_all"')
        certificate = identities.sp.certificate

        assert (
            "signature"
            in faults_of(signed_aggregate, B, signed_by=identities.stranger.certificate)[0]
        )
        assert "not signed" in faults_of(unsigned, B, signed_by=certificate)[0]
        changed = signed_aggregate.replace(b"a.test", b"z.test")
        assert "signature" in faults_of(changed, B, signed_by=certificate)[0]

    def test_a_signature_by_sha1_or_over_a_part_is_refused(self, writer, identities):
        many = entities(entity(entity_id=A), attributes=' ID="_all"').encode()
        weak = writer.sign(many, method=xmlsec.Transform.RSA_SHA1, digest=xmlsec.Transform.SHA1)
        part = writer.sign(entity(entity_id=A, attributes=' ID="_a"').encode())
        within = entities(part.decode(), entity(entity_id=B), attributes=' ID="_all"')

        for metadata in (weak, within.encode()):
            assert faults_of(metadata, A, signed_by=identities.sp.certificate)

    def test_an_entity_wrapped_around_the_signed_one_is_refused(self, writer, identities):
        """The signed group is moved into the extensions of an evil one that has its ID."""
        root = etree.fromstring(writer.sign(entities(entity(), attributes=' ID="_all"').encode()))
        evil = etree.fromstring(
            entities("<md:Extensions/>", entity(entity_id=B), attributes=' ID="_evil"')
        )
        evil[0].append(root)

        assert faults_of(etree.tostring(evil), B, signed_by=identities.sp.certificate)
        evil.set("ID", "_all")
        assert faults_of(etree.tostring(evil), B, signed_by=identities.sp.certificate)

    def test_no_tree_is_made_of_what_is_not_signed(self, identities, monkeypatch):
        """A tree takes 32 times the memory of the document and more."""
        monkeypatch.setattr(aggregate, "parse_scanned", pytest.fail)
        somewhere = entity(f'<ds:Signature xmlns:ds="{uris.XMLDSIG}"/>{role()}')
        in_text = "<!--<ds:Signature/>--><![CDATA[<ds:Signature/>]]>"

        for metadata in (entity(), entities(somewhere), entities(entity(), in_text)):
            assert "not signed" in faults_of(metadata, signed_by=identities.sp.certificate)[0]

    @pytest.mark.parametrize(
        "node",
        ["<a/>", "<!---->", "<?a?>", '<b xmlns:c="urn:d"/>', "<a b='' c='' d=''/>"],
    )
    def test_no_tree_is_made_of_too_many_nodes(self, node, writer, identities, monkeypatch):
        many = entities(entity(), node * 600, attributes=' ID="_all"').encode()
        self._expect_too_many(writer.sign(many), identities.sp.certificate, monkeypatch)
        assert read_metadata(many, SP_ID)

    def test_no_tree_is_made_of_too_many_sections(self, writer, identities, monkeypatch):
        """An empty CDATA section is not part of what is signed."""
        signed = writer.sign(entities(entity(), attributes=' ID="_all"').encode())
        head, end, _ = signed.rpartition(b"</md:Entities")
        many = head + b"<![CDATA[]]>" * 600 + signed[len(head) :]
        assert end
        self._expect_too_many(many, identities.sp.certificate, monkeypatch)

    def _expect_too_many(self, signed, certificate, monkeypatch):
        assert read_metadata(signed, SP_ID, signed_by=certificate)
        monkeypatch.setattr(aggregate, "MAX_NODES", 600)
        monkeypatch.setattr(aggregate, "parse_scanned", pytest.fail)
        assert "more than 600" in faults_of(signed, SP_ID, signed_by=certificate)[0]

    def test_ten_thousand_under_one_signature(self, writer, identities, aggregate_of_many):
        whole = aggregate_of_many.replace(b' validUntil="', b' ID="_all" validUntil="', 1)

        found = read_metadata(writer.sign(whole), "https://sp7-7.test",
                              signed_by=identities.sp.certificate)  # fmt: skip

        assert found.validity.valid_until == datetime(2027, 1, 1, tzinfo=UTC)
