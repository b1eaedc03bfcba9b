"""Access control by REST: policies, what trusts have, the rules for all, and the test."""

from __future__ import annotations

import pytest
from support.service_providers.metadata_parts import SP_ID
from support.users import ALICE

from idp.audit.changes import ChangeQuery

POLICIES = "/admin/api/access/policies"
STAFF = {"description": "Staff", "permit": [{"groups": ["{Who}"], "require_mfa": True}]}


def test_a_policy_is_set_shown_listed_and_removed(script):
    assert script("PUT", f"{POLICIES}/A%2FB", STAFF).status_code == 200

    shown = script("GET", f"{POLICIES}/A%2FB").json
    assert shown["permit"] == STAFF["permit"]
    assert shown["sentences"] == ["Permit users in the group {Who} and require the second factor."]
    *built_in, own = script("GET", POLICIES).json
    assert own == {
        "name": "A/B",
        "description": "Staff",
        "built_in": False,
        "parameters": {"Who": "groups"},
        "trusts": [],
    }
    assert len(built_in) == 8
    assert script("DELETE", f"{POLICIES}/A%2FB").status_code == 204
    assert script("GET", f"{POLICIES}/A%2FB").json["error"] == "bad_access_control_policy"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"permit": []}, "bad_access_control_policy"),
        ({"permit": [{"networks": ["home"]}]}, "bad_access_control_policy"),
        ({"permit": [{}], "name": "Other"}, "bad_body"),
        (["permit"], "bad_body"),
    ],
)
def test_a_policy_with_a_fault_is_refused(body, error, script):
    answer = script("PUT", f"{POLICIES}/Staff", body)

    assert (answer.json["error"], answer.status_code in (400, 422)) == (error, True)


def test_a_trust_is_assigned_a_policy_by_rest_and_by_command_with_one_entry(
    services, script, trust
):
    script("PUT", f"{POLICIES}/Staff", STAFF)
    path = f"/admin/api/access/trusts/{SP_ID}"

    refused = script("PUT", path, {"policy": "Staff"})
    assert (refused.status_code, refused.json["error"]) == (422, "bad_access_control_policy")
    wrong = script("PUT", path, {"policy": "Staff", "parameters": {"Who": "Staff"}})
    assert wrong.json["error"] == "bad_body"
    given = {"policy": "Staff", "parameters": {"Who": ["Staff"]}}
    assert script("PUT", path, given).json == {"trust": SP_ID, **given}
    assert script("GET", path).json == {"trust": SP_ID, **given}

    entry = services.changes.store.newest(ChangeQuery(), 1)[0]
    assert (entry.verb, entry.about) == ("trust.set", SP_ID)
    assert entry.after["access_control_parameters"] == {"Who": ["Staff"]}


def test_the_rules_for_all_trusts_are_shown_and_changed(script):
    rules = '=> issue(Type = "urn:x", Value = "x");'
    body = {"second_factor": "never", "additional_authentication_rules": rules}

    assert script("PUT", "/admin/api/access", body).json == {**body, "problems": []}
    for odd in ("\ud800", "x\x00"):
        wrong = {"additional_authentication_rules": f'=> issue(Type = "{odd}", Value = "x");'}
        assert script("PUT", "/admin/api/access", wrong).status_code < 500
    assert script("PUT", "/admin/api/access", body).status_code == 200
    assert script("PUT", "/admin/api/access", {}).json["error"] == "bad_body"
    assert script("PUT", "/admin/api/access", {"second_factor": "x"}).json["error"] == "bad_policy"
    assert script("GET", "/admin/api/access").json["second_factor"] == "never"


def test_a_sign_in_is_tested_by_rest(services, script, trust):
    services.directory.add(ALICE, "first password", groups=["Staff"])
    script("PUT", f"{POLICIES}/Staff", {"permit": [{"networks": ["extranet"]}]})
    script("PUT", f"/admin/api/access/trusts/{SP_ID}", {"policy": "Staff"})
    query = f"/admin/api/access/test?user={ALICE}&trust={SP_ID}"

    inside, outside = script("GET", query).json, script("GET", f"{query}&network=extranet").json

    assert (inside["permitted"], outside["permitted"]) == (False, True)
    assert inside["rules"][0]["why_not"] == "the user is not from there"
    for wrong, error in (
        ("&primary=x", "unknown_authentication_method"),
        ("&address=home", "no_address"),
    ):
        assert script("GET", query + wrong).json["error"] == error


@pytest.mark.parametrize("name", ["a%00b", "x" * 2000, "%E2%80%AE"])
def test_a_name_that_no_policy_can_have_is_refused(name, script):
    for method, body in (("GET", None), ("PUT", {"permit": [{}]}), ("DELETE", None)):
        answer = script(method, f"{POLICIES}/{name}", body)
        assert answer.status_code == 422, (method, answer.text)
