"""The fault of the next sign-in: by REST and on the trust's page, on a server for testing."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest
from support.servers.server_folder import ADMIN_TOKEN
from support.service_providers.metadata_parts import SP_ID

from idp.app import create_app
from idp.config.testing import TestingSection
from idp.saml_faults.catalogue import FAULTS

NEXT = "/admin/api/faults/next"
ONE = f"{NEXT}/{quote(SP_ID, safe='')}"
PAGE = f"/admin/trusts/one?id={quote(SP_ID, safe='')}"


@pytest.fixture
def services(services):
    """The rooms of a server for testing."""
    testing = TestingSection(allow_faults=True)
    return replace(services, config=services.config.model_copy(update={"testing": testing}))


def test_a_fault_is_set_shown_and_cleared(script, trust):
    made = script("PUT", ONE, {"fault": "audience_wrong"})

    assert (made.status_code, made.json["fault"]) == (200, "audience_wrong")
    assert script("GET", ONE).json == script("GET", NEXT).json == [made.json]
    assert script("DELETE", ONE).status_code == 204
    assert script("GET", ONE).json == []


def test_the_catalogue_is_listed(script):
    assert [each["code"] for each in script("GET", "/admin/api/faults").json] == [
        fault.code for fault in FAULTS
    ]


@pytest.mark.parametrize(
    ("address", "body", "status", "code"),
    [
        (ONE, {"fault": "no_such"}, 404, "unknown_fault"),
        (ONE, {"fault": "key_next"}, 422, "fault_not_possible"),
        (ONE, {}, 400, "bad_body"),
        (f"{NEXT}/urn:nobody", {"fault": "xsw1"}, 404, "unknown_trust"),
    ],
)
def test_what_cannot_be_set_is_refused(address, body, status, code, script, trust):
    refused = script("PUT", address, body)

    assert (refused.status_code, refused.json["error"]) == (status, code)


def test_a_server_for_real_use_refuses_and_shows_no_section(services, trust, administrator):
    real = replace(
        services, config=services.config.model_copy(update={"testing": TestingSection()})
    )
    client = create_app(real.config, services=real).test_client()
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    base = real.config.server.base_url
    refused = client.put(ONE, json={"fault": "xsw1"}, headers=headers, base_url=base)

    assert (refused.status_code, refused.json["error"]) == (403, "faults_not_allowed")
    administrator.client = client
    administrator.sign_in()
    assert 'id="faults"' not in administrator.see(PAGE).text


def test_the_page_sets_the_fault_and_shows_that_it_is_due(administrator, trust, services):
    administrator.sign_in()
    page = administrator.see(PAGE).text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    form = {"csrf": csrf, "id": SP_ID, "fault": "xsw3"}

    answer = administrator.post("/admin/faults", form)

    assert answer.status_code == 303
    shown = administrator.see(PAGE).text
    assert "The next sign-in has the fault xsw3, once." in shown
    assert "Due: <code>xsw3</code>" in shown
    assert [each.set_by for each in services.next_faults.due()] == ["administrator"]
    administrator.post("/admin/faults", form | {"fault": ""})
    assert services.next_faults.due() == []


def test_a_form_without_the_token_sets_nothing(administrator, trust, services):
    administrator.sign_in()

    answer = administrator.post("/admin/faults", {"id": SP_ID, "fault": "xsw3"})

    assert answer.status_code == 403
    assert services.next_faults.due() == []
