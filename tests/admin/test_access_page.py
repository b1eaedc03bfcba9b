"""The page Access: who gets in where, by the policy or rules of each trust."""

from __future__ import annotations

import re
from html import unescape

from support.servers.server_folder import ADMIN_TOKEN, BASE_URL
from support.service_providers.metadata_parts import metadata

from idp.federation.access_control.policy_file import read_policy

TRUST = "https://sp.example.test/metadata"
RULES = '=> issue(Type = "urn:<b>", Value = "x");'


def test_the_page_without_a_session_leads_to_the_form_for_the_token(new_administrator, trust):
    answer = new_administrator().see("/admin/access")

    assert (answer.status_code, answer.location) == (303, "/admin/")
    assert TRUST not in answer.text


def test_the_page_shows_which_policy_permits_users_and_which_rule_asks_for_the_second_factor(
    administrator, services, trust
):
    assert "Permit everyone" in administrator.see("/admin/access").text

    services.access.set(read_policy("Office <1>", {"permit": [{"networks": ["{Where}"]}]}))
    services.trusts.change_from_text(
        TRUST,
        {
            "access_control_policy": "Office <1>",
            "access_control_parameters.Where": '["intranet", "10.0.0.0/8"]',
            "second_factor": "always",
        },
    )
    page = administrator.see("/admin/access").text
    assert "<span>Office &lt;1&gt;</span>" in page
    assert ">Where: intranet, 10.0.0.0/8</td>" in page
    assert ">always</td>" in page


def test_the_page_shows_rules_and_a_trust_that_permits_nobody(administrator, services, trust):
    services.policy.set_second_factor("never")
    services.policy.set_additional_rules(RULES)
    services.trusts.change_from_text(
        TRUST, {"issuance_authorization_rules": RULES, "additional_authentication_rules": RULES}
    )
    page = administrator.see("/admin/access").text

    assert "<strong>never</strong>" in page
    assert "urn:&lt;b&gt;" in page
    assert "<span>rules</span>" in page
    assert ">as for all trusts, and rules</td>" in page
    services.trusts.change_from_text(TRUST, {"issuance_authorization_rules": ""})
    assert "<span>nothing</span>" in administrator.see("/admin/access").text


def test_the_trusts_are_paged_and_searched_by_the_database(
    administrator, services, trust, monkeypatch
):
    monkeypatch.setattr("idp.management.access_control.PAGE_SIZE", 1)
    services.trusts.add(metadata().replace(TRUST, "urn:second").encode())

    page = administrator.see("/admin/access").text
    assert "?id=urn:second" not in page
    following = unescape(re.search(r'href="([^"]*after=[^"]*)"', page)[1])
    assert "?id=urn:second" in administrator.see(following).text
    assert "?id=urn:second" in administrator.see("/admin/access?q=second").text
    assert "No trust matches." in administrator.see("/admin/access?q=third").text


def test_a_server_without_trusts_says_how_to_make_one(administrator):
    assert "tallystick sp add FILE" in administrator.see("/admin/access").text


def test_the_api_shows_and_changes_the_policy_of_a_trust(services, trust, app):
    client = app.test_client()
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}

    def call(method: str, **body):
        path = f"/admin/api/trusts/{TRUST}"
        return client.open(path, method=method, headers=headers, base_url=BASE_URL, **body)

    given = {
        "access_control_policy": "Permit specific group",
        "access_control_parameters": {"GroupParameter": ["Staff"]},
    }
    assert call("PUT", json=given).status_code == 200
    settings = call("GET").json["settings"]
    assert settings | given == settings
    refused = call("PUT", json={"access_control_policy": "Gone"})
    assert (refused.status_code, refused.json["error"]) == (422, "bad_access_control_policy")
    call("PUT", json={"access_control_policy": "Permit everyone"})
    assert call("GET").json["settings"]["access_control_parameters"] == {}
