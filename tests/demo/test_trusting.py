"""Folders whose files are trusts: what ships, what is dropped, what is broken."""

from __future__ import annotations

import tomllib

import pytest

from idp.demo.test_sp.provider import DISPLAY_NAME, ENTITY_ID
from idp.demo.trusting import WatchedFolders, shipped
from idp.saml.metadata import read_service_provider, write_sp_metadata


@pytest.fixture
def watched(federation, tmp_path):
    return WatchedFolders(federation.services.trusts, [tmp_path])


def metadata(entity_id: str) -> bytes:
    return write_sp_metadata(entity_id=entity_id, acs_urls=["https://sp.example.test/acs"])


def known(federation) -> set[str]:
    return {trust.entity_id for trust in federation.services.trusts.list()}


def test_a_dropped_file_is_a_trust_at_the_next_look(federation, watched, tmp_path):
    watched.look()
    (tmp_path / "a.xml").write_bytes(metadata("urn:a"))
    watched.look()
    (tmp_path / "b.xml").write_bytes(metadata("urn:b"))
    watched.look()
    assert known(federation) == {"urn:a", "urn:b"}


def test_settings_beside_a_file_are_read_with_it(federation, watched, tmp_path):
    (tmp_path / "a.xml").write_bytes(metadata("urn:a"))
    watched.look()
    (tmp_path / "a.toml").write_text('second_factor = "never"\n')
    watched.look()
    assert federation.services.trusts.find("urn:a").settings.second_factor == "never"


def test_a_broken_file_is_no_trust_and_the_others_are(federation, watched, tmp_path):
    (tmp_path / "a.xml").write_text("<broken")
    (tmp_path / "b.xml").write_bytes(metadata("urn:b"))
    watched.look()
    assert known(federation) == {"urn:b"}


def test_a_folder_that_is_not_there_holds_nothing(federation, tmp_path):
    WatchedFolders(federation.services.trusts, [tmp_path / "none"]).look()
    assert known(federation) == set()


def test_what_ships_can_be_trusted(federation):
    WatchedFolders(federation.services.trusts, [shipped()]).look()
    assert {"urn:amazon:webservices", "google.com/a/example.test"} <= known(federation)


def test_aws_gets_its_role_and_session_name(federation, phone):
    WatchedFolders(federation.services.trusts, [shipped()]).look()
    url = federation.idp_initiated_url("urn:amazon:webservices")
    sign_in = federation.sign_in(url)
    phone.approve(sign_in.number)
    finished = sign_in.finish()
    assert finished.action == "https://signin.aws.amazon.com/saml"
    assert finished.assertion.audiences == ("urn:amazon:webservices",)
    (role,) = finished.assertion.values_of("Role")
    assert role.count("arn:aws:iam::123456789012:") == 2
    assert finished.assertion.values_of("RoleSessionName") == (federation.user.name,)


def test_the_demos_own_service_provider_ships_at_its_usual_address():
    file = shipped() / "demo" / "test-sp.xml"
    provider = read_service_provider(file.read_bytes(), allow_http=True)
    assert (provider.entity_id, provider.display_name) == (ENTITY_ID, DISPLAY_NAME)
    assert provider.assertion_consumer_services[0].location == "http://localhost:8081/acs"


def test_the_wheel_takes_the_folder_along(pytestconfig):
    project = tomllib.loads((pytestconfig.rootpath / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"metadata": "idp/demo/metadata"}
