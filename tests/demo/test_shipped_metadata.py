"""The service providers that ship: each can be trusted as it is."""

from __future__ import annotations

import tomllib

from idp.demo.shipped_metadata import shipped_metadata_folder
from idp.embedded.test_sp.service_provider import DISPLAY_NAME, ENTITY_ID
from idp.federation.metadata.folder import load_folder
from idp.saml.metadata import read_service_provider


def known(federation) -> set[str]:
    return {trust.entity_id for trust in federation.services.trusts.list()}


def test_every_shipped_service_provider_can_be_trusted(federation):
    report = load_folder(federation.services.trusts, shipped_metadata_folder())
    assert report.faults == ()
    assert {"urn:amazon:webservices", "google.com/a/example.test"} <= known(federation)


def test_nothing_else_ships_beside_them():
    files = [path for path in shipped_metadata_folder().rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".xml", ".toml"}


def test_aws_gets_its_role_and_session_name(federation, phone):
    load_folder(federation.services.trusts, shipped_metadata_folder())
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
    file = shipped_metadata_folder() / "demo" / "test-sp.xml"
    provider = read_service_provider(file.read_bytes(), allow_http=True)
    assert (provider.entity_id, provider.display_name) == (ENTITY_ID, DISPLAY_NAME)
    assert provider.assertion_consumer_services[0].location == "http://localhost:8081/acs"


def test_the_wheel_takes_the_folder_along(pytestconfig):
    project = tomllib.loads((pytestconfig.rootpath / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"metadata": "idp/demo/metadata"}
