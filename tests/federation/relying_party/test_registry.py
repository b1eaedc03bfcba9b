from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from support.clock import NOON

from adapter.errors import TallystickError
from idp.federation.relying_party.registry import TrustRegistry, UnknownTrust
from idp.federation.relying_party.setting_types import BadTrustSetting
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import NoEncryptionKey
from idp.saml.bad_metadata import BadMetadata
from idp.saml.keys import new_signing_certificate
from idp.saml.metadata import write_sp_metadata
from idp.saml.values import Encryption
from idp.store.trusts import SqlTrustStore

WIKI, SHOP = "https://wiki.example.test/metadata", "https://shop.example.test/metadata"


PEM = new_signing_certificate("wiki", NOON).certificate
CERTIFICATE = "".join(PEM.decode().splitlines()[1:-1])


def _metadata(entity_id: str = WIKI, acs: str = "https://wiki.example.test/acs", **flags) -> bytes:
    return write_sp_metadata(entity_id=entity_id, acs_urls=[acs], certificate=CERTIFICATE, **flags)


@pytest.fixture
def trusts(database, clock):
    return TrustRegistry(SqlTrustStore(database), clock)


def test_a_trust_is_found_by_exactly_its_entity_id(trusts, clock):
    added = trusts.add(_metadata(), source="wiki.xml")

    assert trusts.find(WIKI) == added
    assert added.settings == TrustSettings()
    assert (added.entity_id, added.display_name, added.source) == (WIKI, WIKI, "wiki.xml")
    assert (added.added_at, added.changed_at) == (clock.now(), clock.now())
    for other in (WIKI + "/", WIKI.upper(), ""):
        assert trusts.find(other) is None


def test_the_content_of_metadata_is_read_back_whole(trusts):
    flags = {"authn_requests_signed": True, "want_assertions_signed": True}
    added = trusts.add(_metadata(**flags))

    found = trusts.find(WIKI)

    assert found.service_provider == added.service_provider
    assert isinstance(found.service_provider.assertion_consumer_services, tuple)
    assert found.service_provider.authn_requests_signed
    assert found.service_provider.signing_certificates == (CERTIFICATE,)
    assert trusts.metadata(WIKI) == _metadata(**flags)


def test_the_same_entity_id_again_updates_and_keeps_the_settings(trusts, clock):
    first = trusts.add(_metadata(), settings=TrustSettings(token_lifetime=5))
    trusts.add(_metadata(SHOP, "https://shop.example.test/acs"))
    clock.advance(hours=1)

    second = trusts.add(_metadata(acs="https://wiki.example.test/new"))

    assert second.service_provider.assertion_consumer_services[0].location.endswith("/new")
    assert second.settings.token_lifetime == 5
    assert (second.added_at, second.changed_at) == (first.added_at, clock.now())
    assert [trust.entity_id for trust in trusts.list()] == [WIKI, SHOP]
    assert trusts.add(_metadata(), settings=TrustSettings()).settings == TrustSettings()


def test_metadata_that_cannot_be_read_makes_no_trust(trusts):
    for metadata in (b"", b"no xml", b"<xml/>", _metadata(acs="http://wiki.example.test/acs")):
        with pytest.raises(TallystickError):
            trusts.add(metadata)

    assert trusts.list() == ()


def test_http_addresses_are_accepted_only_where_the_configuration_allows_them(database, clock):
    trusts = TrustRegistry(SqlTrustStore(database), clock, allow_http=True)

    assert trusts.add(_metadata(acs="http://localhost:8081/acs")).entity_id == WIKI


def test_settings_change_all_or_none(trusts, clock):
    trusts.add(_metadata())
    clock.advance(hours=1)

    with pytest.raises(BadTrustSetting):
        trusts.change_from_text(WIKI, {"token_lifetime": "30", "colour": "red"})
    assert trusts.find(WIKI).settings == TrustSettings()

    changed = trusts.change_from_text(WIKI, {"token_lifetime": "30", "attributes.urn:x": "{upn}"})
    assert trusts.find(WIKI) == changed
    assert changed.settings == TrustSettings(token_lifetime=30, attributes={"urn:x": ("{upn}",)})
    assert changed.changed_at == clock.now()
    assert trusts.metadata(WIKI) == _metadata()


def test_two_administrators_changing_one_trust_at_once_both_succeed(trusts, open_database, clock):
    trusts.add(_metadata())
    other = TrustRegistry(SqlTrustStore(open_database()), clock)
    turns = [(store, number) for number in range(10) for store in (trusts, other)]

    def change(turn) -> None:
        store, number = turn
        store.change_from_text(WIKI, {f"attributes.urn:{number}:{store is other}": "x"})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, turns))

    assert len(trusts.find(WIKI).settings.attributes) == 20


def test_an_unknown_trust_can_be_neither_changed_nor_removed(trusts):
    with pytest.raises(UnknownTrust, match="wiki"):
        trusts.change_from_text(WIKI, {"enabled": "false"})
    with pytest.raises(UnknownTrust):
        trusts.remove(WIKI)
    with pytest.raises(UnknownTrust):
        trusts.metadata(WIKI)


def test_a_removed_trust_is_gone_and_one_added_later_starts_afresh(trusts):
    trusts.add(_metadata(), settings=TrustSettings(second_factor="never"))
    trusts.remove(WIKI)

    assert trusts.find(WIKI) is None
    assert trusts.add(_metadata()).settings.second_factor == "global"


@pytest.mark.parametrize(
    ("signature", "wanted", "assertion", "response"),
    [
        ("AssertionOnly", False, True, False),
        ("AssertionOnly", True, True, False),
        ("MessageOnly", False, False, True),
        ("MessageOnly", True, True, True),
        ("MessageAndAssertion", False, True, True),
    ],
)
def test_an_assertion_is_signed_wherever_the_service_provider_wants_it(
    trusts, signature, wanted, assertion, response
):
    trust = trusts.add(_metadata(want_assertions_signed=wanted))
    trust = replace(trust, settings=TrustSettings(saml_response_signature=signature))

    assert (trust.signs_assertion, trust.signs_response) == (assertion, response)


@pytest.mark.parametrize("by", ["metadata", "setting"])
def test_requests_must_be_signed_by_the_metadata_or_by_the_setting(trusts, by):
    settings = TrustSettings(signed_saml_requests_required=by == "setting")
    metadata = _metadata(authn_requests_signed=by == "metadata")

    assert trusts.add(metadata, settings=settings).requires_signed_requests
    assert not trusts.add(_metadata(), settings=TrustSettings()).requires_signed_requests


@pytest.mark.parametrize(
    ("settings", "encryption"),
    [
        ({}, {}),
        ({"encrypt_claims": False}, None),
        ({"encrypted_name_id_required": True}, {"name_id": True}),
        (
            {"encrypt_claims": False, "encrypted_name_id_required": True},
            {"assertion": False, "name_id": True},
        ),
        ({"encryption_algorithm": "aes256-cbc"}, {"cbc": True}),
    ],
)
def test_assertions_are_encrypted_where_there_is_a_key_unless_the_trust_says_otherwise(
    trusts, settings, encryption
):
    metadata = _metadata(encryption_certificate=CERTIFICATE)
    trust = trusts.add(metadata, settings=TrustSettings(**settings))

    expected = None if encryption is None else Encryption(CERTIFICATE, **encryption)
    assert trusts.find(WIKI).encryption_at(NOON) == trust.encryption_at(NOON) == expected


def test_the_wishes_in_metadata_are_stored_and_followed(trusts, database):
    announcing = replace(
        trusts.add(_metadata(encryption_certificate=CERTIFICATE)).service_provider,
        sha256_transport=(CERTIFICATE,),
    )
    store = SqlTrustStore(database)
    store.change_trust(WIKI, lambda trust: replace(trust, service_provider=announcing))

    assert trusts.find(WIKI).encryption_at(NOON) == Encryption(CERTIFICATE, sha256_transport=True)


def test_without_a_key_nothing_is_encrypted_and_a_name_that_must_be_is_not_sent(trusts):
    assert trusts.add(_metadata()).encryption_at(NOON) is None

    strict = trusts.change_from_text(WIKI, {"encrypted_name_id_required": "true"})
    with pytest.raises(NoEncryptionKey, match="NameID"):
        _ = strict.encryption_at(NOON)


def pages(trusts, limit: int, text: str = "") -> list[list[str]]:
    """Read page after page."""
    found, after = [], 0
    while after is not None:
        page = trusts.page(after, limit, text)
        found.append([each.entity_id for each in page.trusts])
        after = page.after
    return found


def test_trusts_are_read_a_page_at_a_time_in_the_order_they_were_added(trusts):
    for number in range(5):
        trusts.add(_metadata(f"urn:{number}"))

    assert pages(trusts, 2) == [["urn:0", "urn:1"], ["urn:2", "urn:3"], ["urn:4"]]
    assert pages(trusts, 5) == [["urn:0", "urn:1", "urn:2", "urn:3", "urn:4"]]
    assert trusts.page(2**62, 2).trusts == ()


@pytest.mark.parametrize(
    "text", ["WIKI", "Bücher", "BÜCHER", "100%", "a_b", "\\", '"quoted"', "bücher 100% a_b"]
)
def test_a_search_finds_name_and_entity_id_in_any_case_and_nothing_else(text, trusts):
    trusts.add(_metadata("urn:other", "https://wiki.example.test/acs", display_name="100 a-b"))
    trusts.add(_metadata(display_name='Bücher 100% a_b \\ "quoted"'))
    trusts.add(_metadata("urn:another"))

    assert [name for page in pages(trusts, 1, text) for name in page] == [WIKI]


def test_within_a_block_each_document_is_read_once(trusts):
    with trusts.reading_once():
        first = trusts.read(_metadata(), WIKI)

        assert trusts.read(_metadata(), WIKI) is first
        assert trusts.read(_metadata(acs="https://wiki.example.test/2"), WIKI) != first
        with ThreadPoolExecutor() as other:
            assert other.submit(trusts.read, _metadata(), WIKI).result() is not first
    assert trusts.read(_metadata(), WIKI) is not first


def test_what_was_read_counts_for_the_same_signer_and_the_same_keys_only(trusts):
    key = rsa.generate_private_key(65537, 1024)  # noqa: S505 - too short is what it is to be
    short = new_signing_certificate("wiki", NOON, key=key).certificate
    weak = _metadata().replace(CERTIFICATE.encode(), b"".join(short.splitlines()[1:-1]))
    allowed = TrustSettings(min_rsa_bits=1024)

    with trusts.reading_once():
        known = trusts.read(weak, WIKI, settings=allowed)
        assert known.service_provider.signing_certificates

        with pytest.raises(BadMetadata):
            trusts.read(weak, WIKI)
        with pytest.raises(BadMetadata):
            trusts.read(weak, WIKI, settings=allowed, signed_by=CERTIFICATE)
