from __future__ import annotations

import pytest
from support.certificates.odd_certificates import short_rsa
from support.service_providers.field_metadata import ODD_CERTIFICATES, field_metadata

from idp.federation.metadata.folder import FolderReport, load_folder
from idp.federation.relying_party.registry import TrustRegistry
from idp.saml.metadata import write_sp_metadata
from idp.store.trusts import SqlTrustStore

WIKI, SHOP = "https://wiki.example.test/metadata", "https://shop.example.test/metadata"


def _metadata(entity_id: str, acs: str = "https://example.test/acs") -> bytes:
    return write_sp_metadata(entity_id=entity_id, acs_urls=[acs])


@pytest.fixture
def trusts(database, clock):
    return TrustRegistry(SqlTrustStore(database), clock)


@pytest.fixture
def metadata_folder(tmp_path):
    folder = tmp_path / "metadata"
    folder.mkdir()
    (folder / "wiki.xml").write_bytes(_metadata(WIKI))
    (folder / "shop.xml").write_bytes(_metadata(SHOP))
    (folder / "shop.toml").write_text(
        'second_factor = "never"\n[attributes]\n"urn:role" = ["buyer", "{upn}"]\n"urn:one" = "x"\n'
    )
    (folder / "README.md").write_text("not metadata")
    return folder


def test_every_file_is_a_trust_with_the_settings_beside_it(trusts, metadata_folder):
    assert load_folder(trusts, metadata_folder) == FolderReport((SHOP, WIKI), ())

    shop = trusts.find(SHOP)
    assert shop.settings.second_factor == "never"
    assert shop.settings.attributes == {"urn:role": ("buyer", "{upn}"), "urn:one": ("x",)}
    assert shop.source == str(metadata_folder / "shop.xml")
    assert trusts.find(WIKI).settings.second_factor == "global"


def test_every_setting_may_stand_in_the_file(trusts, metadata_folder):
    (metadata_folder / "shop.toml").write_text(
        'name_id_format = "none"\nmfa_freshness = 15\n'
        'always_require_authentication = true\nauthentication_context = "refeds"\n'
    )

    load_folder(trusts, metadata_folder)

    settings = trusts.find(SHOP).settings
    assert (settings.name_id_format, settings.mfa_freshness) == ("none", 15)
    assert (settings.always_require_authentication, settings.authentication_context) == (
        True,
        "refeds",
    )


def test_a_file_that_has_not_changed_is_left_alone_with_all_that_was_set(trusts, metadata_folder):
    load_folder(trusts, metadata_folder)
    trusts.change_from_text(SHOP, {"second_factor": "always"})

    assert load_folder(trusts, metadata_folder) == FolderReport((), ())
    assert trusts.find(SHOP).settings.second_factor == "always"


def test_a_changed_file_is_read_again_and_keeps_what_was_set(trusts, metadata_folder):
    load_folder(trusts, metadata_folder)
    trusts.change_from_text(WIKI, {"token_lifetime": "5"})
    (metadata_folder / "wiki.xml").write_bytes(_metadata(WIKI, "https://example.test/new"))

    assert load_folder(trusts, metadata_folder) == FolderReport((WIKI,), ())
    wiki = trusts.find(WIKI)
    assert wiki.service_provider.assertion_consumer_services[0].location.endswith("/new")
    assert wiki.settings.token_lifetime == 5


def test_changed_settings_beside_a_file_hold_from_then_on(trusts, metadata_folder):
    load_folder(trusts, metadata_folder)
    (metadata_folder / "shop.toml").write_text("token_lifetime = 7\n")

    assert load_folder(trusts, metadata_folder) == FolderReport((SHOP,), ())
    assert trusts.find(SHOP).settings.token_lifetime == 7
    assert trusts.find(SHOP).settings.second_factor == "global"


def test_a_removed_trust_comes_back_while_its_file_is_there(trusts, metadata_folder):
    load_folder(trusts, metadata_folder)
    trusts.remove(WIKI)

    assert load_folder(trusts, metadata_folder).loaded == (WIKI,)


def test_a_file_taken_away_removes_nothing(trusts, metadata_folder):
    load_folder(trusts, metadata_folder)
    (metadata_folder / "wiki.xml").unlink()

    assert load_folder(trusts, metadata_folder) == FolderReport((), ())
    assert trusts.find(WIKI) is not None


def test_bad_files_are_reported_and_spoil_no_other(trusts, metadata_folder):
    (metadata_folder / "broken.xml").write_text("<EntityDescriptor")
    (metadata_folder / "colour.xml").write_bytes(_metadata("urn:colour"))
    (metadata_folder / "colour.toml").write_text('colour = "red"')
    (metadata_folder / "typo.xml").write_bytes(_metadata("urn:typo"))
    (metadata_folder / "typo.toml").write_text("= =")
    (metadata_folder / "dir.xml").mkdir()

    report = load_folder(trusts, metadata_folder)

    assert report.loaded == (SHOP, WIKI)
    names = [fault.partition(":")[0] for fault in report.faults]
    assert names == ["broken.xml", "colour.xml", "dir.xml", "typo.xml"]
    assert "colour" in report.faults[1]
    assert trusts.find("urn:colour") is None


def test_a_file_that_no_library_can_handle_is_reported_and_spoils_no_other(trusts, metadata_folder):
    for file in ODD_CERTIFICATES:
        (metadata_folder / f"{file}.xml").write_bytes(field_metadata(file))
    (metadata_folder / "deep.xml").write_bytes(_metadata("urn:deep"))
    (metadata_folder / "deep.toml").write_text(f"deep = {'[' * 100_000}")

    report = load_folder(trusts, metadata_folder)

    assert len(report.loaded) == 2 + len(ODD_CERTIFICATES)
    [fault] = report.faults
    assert "deep.toml is not TOML: Tables or lists are nested too deeply" in fault


def test_a_folder_that_is_not_there_holds_no_trusts(trusts, tmp_path):
    assert load_folder(trusts, tmp_path / "nowhere") == FolderReport((), ())


def test_of_two_files_with_one_entity_id_the_second_is_reported(trusts, metadata_folder):
    (metadata_folder / "wiki2.xml").write_bytes(_metadata(WIKI, "https://example.test/other"))

    report = load_folder(trusts, metadata_folder)

    assert report.loaded == (SHOP, WIKI)
    assert "wiki.xml" in report.faults[0]
    assert load_folder(trusts, metadata_folder) == FolderReport((), report.faults)
    assert trusts.find(WIKI).source == str(metadata_folder / "wiki.xml")


def test_a_short_key_is_taken_with_the_setting_beside_it(trusts, metadata_folder, clock):
    xml = write_sp_metadata(
        entity_id=WIKI, acs_urls=["https://example.test/acs"], certificate=short_rsa(clock.now())
    )
    (metadata_folder / "wiki.xml").write_bytes(xml)
    [fault] = load_folder(trusts, metadata_folder).faults
    assert "min_rsa_bits=1024" in fault

    (metadata_folder / "wiki.toml").write_text("min_rsa_bits = 1024\n")
    assert load_folder(trusts, metadata_folder) == FolderReport((WIKI,), ())

    (metadata_folder / "wiki.toml").write_text("min_rsa_bits = 2048\n")
    assert len(load_folder(trusts, metadata_folder).faults) == 1
