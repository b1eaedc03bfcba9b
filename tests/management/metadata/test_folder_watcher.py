"""The folders whose files are trusts: what is dropped there, what is broken, and who looks."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from support.nets import NET_SECONDS
from support.service_providers import metadata_parts
from support.service_providers.field_metadata import ODD_CERTIFICATES, field_metadata

from idp.app import create_app
from idp.management.metadata import folder_watcher
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


def test_a_folder_that_is_not_there_holds_nothing_and_is_named_once(federation, tmp_path, capsys):
    watched = WatchedFolders(federation.services.trusts, [tmp_path / "none"])
    for _ in range(3):
        watched.load_changed()
    assert known(federation) == set()
    assert capsys.readouterr().err.count("metadata_folder_missing") == 1


def test_what_is_odd_about_a_file_that_is_taken_is_logged(federation, watched, tmp_path, capsys):
    until = (federation.clock.now() + timedelta(days=20)).isoformat().encode()
    ends = metadata("urn:a").replace(b" entityID", b' validUntil="%b" entityID' % until, 1)
    flags = 'AuthnRequestsSigned="False" protocolSupportEnumeration'
    misspelt = metadata_parts.metadata().replace("protocolSupportEnumeration", flags, 1)
    (tmp_path / "a.xml").write_bytes(ends)
    (tmp_path / "b.xml").write_text(misspelt)

    watched.load_changed()

    said = [line for line in capsys.readouterr().err.splitlines() if "trust_metadata" in line]
    assert ["a.xml" in said[0], "is valid only until" in said[0]] == [True, True]
    assert ["b.xml" in said[1], "AuthnRequestsSigned" in said[1]] == [True, True]
    assert known(federation) == {"urn:a", metadata_parts.SP_ID}


class FaultyAtFirst(list):
    """A list that cannot be read when it is read first; afterwards it says that it was."""

    def __init__(self, *items) -> None:
        super().__init__(items)
        self.was_read = threading.Event()
        self._is_first = True

    def __iter__(self):
        if self._is_first:
            self._is_first = False
            raise ValueError("a fault that nobody expects")
        self.was_read.set()
        return super().__iter__()


def test_a_fault_that_nobody_expects_does_not_end_the_watching(
    federation, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(folder_watcher, "SECONDS_BETWEEN_ROUNDS", 0.001)
    folders = FaultyAtFirst(tmp_path)
    watched = WatchedFolders(federation.services.trusts, folders)

    watched.start()

    assert folders.was_read.wait(NET_SECONDS)
    watched.stop()
    assert capsys.readouterr().err.count("folders_not_read") == 1


def test_a_server_loads_the_folder_of_its_configuration(federation, tmp_path):
    (tmp_path / "a.xml").write_bytes(metadata("urn:a"))
    for file in ODD_CERTIFICATES:
        (tmp_path / f"{file}.xml").write_bytes(field_metadata(file))
    config = federation.services.config
    config = config.model_copy(
        update={"trusts": config.trusts.model_copy(update={"metadata_dir": tmp_path})}
    )
    services = replace(federation.services, config=config, closing=ExitStack())
    with services.closing:
        create_app(config, services=services)
    assert "urn:a" in known(federation)
    assert len(known(federation)) == 1 + len(ODD_CERTIFICATES)
