"""The folders whose files are trusts: what is dropped there, what is broken, and who looks."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import pytest

from idp.app import create_app
from idp.management.metadata.folder_watcher import WatchedFolders
from idp.saml.metadata import write_sp_metadata


@pytest.fixture
def watched(federation, tmp_path):
    return WatchedFolders(federation.services.trusts, [tmp_path])


def metadata(entity_id: str) -> bytes:
    return write_sp_metadata(entity_id=entity_id, acs_urls=["https://sp.example.test/acs"])


def known(federation) -> set[str]:
    return {trust.entity_id for trust in federation.services.trusts.list()}


def test_a_dropped_file_is_a_trust_at_the_next_look(federation, watched, tmp_path):
    watched.load_changed()
    (tmp_path / "a.xml").write_bytes(metadata("urn:a"))
    watched.load_changed()
    (tmp_path / "b.xml").write_bytes(metadata("urn:b"))
    watched.load_changed()
    assert known(federation) == {"urn:a", "urn:b"}


def test_settings_beside_a_file_are_read_with_it(federation, watched, tmp_path):
    (tmp_path / "a.xml").write_bytes(metadata("urn:a"))
    watched.load_changed()
    (tmp_path / "a.toml").write_text('second_factor = "never"\n')
    watched.load_changed()
    assert federation.services.trusts.find("urn:a").settings.second_factor == "never"


def test_a_broken_file_is_no_trust_and_the_others_are(federation, watched, tmp_path):
    (tmp_path / "a.xml").write_text("<broken")
    (tmp_path / "b.xml").write_bytes(metadata("urn:b"))
    watched.load_changed()
    assert known(federation) == {"urn:b"}


def test_a_folder_that_is_not_there_holds_nothing(federation, tmp_path):
    WatchedFolders(federation.services.trusts, [tmp_path / "none"]).load_changed()
    assert known(federation) == set()


def test_a_server_loads_the_folder_of_its_configuration(federation, tmp_path):
    (tmp_path / "a.xml").write_bytes(metadata("urn:a"))
    config = federation.services.config
    config = config.model_copy(
        update={"trusts": config.trusts.model_copy(update={"metadata_dir": tmp_path})}
    )
    services = replace(federation.services, config=config, closing=ExitStack())
    with services.closing:
        create_app(config, services=services)
    assert known(federation) == {"urn:a"}
