"""Policies, rules for all trusts, adapters and the farm of an export; and anything that is none."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.adfs_exports import (
    ALWAYS,
    ENTITY_ID,
    FARM,
    GLOBAL_POLICY,
    MFA_OUTSIDE,
    PROPERTIES,
    PROVIDERS,
    RULES,
    UNKNOWN_RULES,
    WITH_MFA,
    condition,
    policy,
    rule,
    trust,
)
from support.adfs_exports.imported import imported, lines
from support.users import ALICE, PASSWORD

from adapter.errors import TallystickError
from idp.management.access_simulation import simulate_access
from idp.management.adfs_import.importing import import_adfs
from idp.management.adfs_import.powershell import NotAnExport
from idp.management.configuration.apply import apply
from idp.management.configuration.plan import compare


def test_a_policy_is_taken_with_its_trust(services):
    rules = (
        rule(condition("LocationCondition", "Equals", "192.0.2.1-192.0.2.6", "10.1.0.5/16"))
        + rule(WITH_MFA, condition("SpecificClaimCondition", "Equals", "7", claim="urn:level"))
        + rule(ALWAYS, WITH_MFA)
    )
    found = imported(services, policy("Ours", rules), trust(AccessControlPolicyName="Ours"))

    apply(services, found.document)

    assert services.access.find("Ours").model_dump(exclude_defaults=True)["rules"] == (
        {"networks": ("192.0.2.1/32", "192.0.2.2/31", "192.0.2.4/31", "192.0.2.6/32",
                      "10.1.0.0/16")},
        {"claims": ({"type": "urn:level", "equals": "7"},), "require_mfa": True},
        {"require_mfa": True},
    )  # fmt: skip
    assert services.trusts.existing(ENTITY_ID).settings.access_control_policy == "Ours"


def definition(rules: str) -> str:
    return policy("Ours", rules)["PolicyMetadata"]


@pytest.mark.parametrize(
    "metadata",
    [
        definition(rule(condition("SpecificGroupCondition", "Equals", "S-1-5-21-1"))),
        definition(rule(condition("LocationCondition", "Equals", "Extranet"))),
        definition(rule(condition("LocationCondition", "NotEquals", "10.0.0.0/8"))),
        definition(rule()),
        definition(rule(ALWAYS).replace("</Rule>", "<Exceptions/></Rule>")),
        definition(rule(ALWAYS)).replace(">false<", ">true<"),
        "RequireFreshAuthentication:False\nIssuanceAuthorizationRules:{Permit everyone}",
        {"RequireFreshAuthentication": False, "IssuanceAuthorizationRules": [{}]},
        "<!DOCTYPE x><x/>",
        "<x/>",
        None,
    ],
)
def test_a_policy_that_is_not_understood_closes_its_trusts(services, metadata):
    services.directory.add(ALICE, PASSWORD)
    ours = policy("Ours", "", PolicyMetadata=metadata)

    found = imported(services, [ours], [trust(AccessControlPolicyName="Ours")])
    apply(services, found.document)

    assert "access_control_policies" not in found.document
    assert "permit nobody" in lines(found, "closed")["PolicyMetadata"]
    assert simulate_access(services, ENTITY_ID, user=ALICE).denied_by


def test_rules_for_all_trusts_are_taken_or_ask_everybody(services):
    for rules in (MFA_OUTSIDE, {"AdditionalAuthenticationRules": MFA_OUTSIDE}):
        assert imported(services, rules).document["second_factor"] == {
            "additional_authentication_rules": MFA_OUTSIDE
        }

    found = imported(services, {"AdditionalAuthenticationRules": UNKNOWN_RULES})

    assert found.document["second_factor"] == {"rule": "always"}
    assert "every user" in lines(found, "closed")["AdditionalAuthenticationRules"]


def test_adapters_that_are_here_are_enabled_and_others_are_told(services):
    found = imported(services, GLOBAL_POLICY, PROVIDERS)

    assert found.document["adapters"] == {"enabled": ["AzureMfaServerAuthentication"]}
    apply(services, found.document)
    assert services.policy.enabled_providers() == ("AzureMfaServerAuthentication",)
    texts = [line.text for line in found.lines if line.about == "adapter ContosoBadge"]
    assert "write an adapter" in texts[0]


def test_farm_and_service_change_nothing_and_say_what_to_do(services):
    services.farm.set_build("sts1", "20348.350", "set-up")

    found = imported(services, FARM, PROPERTIES)

    assert found.document == {"format": 1}
    texts = [line.text for line in found.lines]
    assert "sts1.example.test is a node here already" in texts
    assert any("tallystick server set sts9 BUILD" in text for text in texts)
    assert any("[farm] saml_message_delivery_window (AD FS has 5)" in text for text in texts)


def test_signed_requests_that_all_trusts_need_are_needed_here(services):
    found = imported(services, trust(), PROPERTIES)

    assert found.document["trusts"][0]["settings"]["signed_saml_requests_required"] is True


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe\x00", b"[]", b'{"a": 1}', b"1", b'[{"Name": "\\ud800"}]',
                b"[" * 99999, b"\x00" * 9]
)  # fmt: skip
def test_what_is_no_export_is_refused(services, content):
    with pytest.raises(NotAnExport):
        import_adfs(services, [content])


GARBAGE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
    | st.sampled_from(["<x/>", RULES, "9" * 5000, "48 130", "S-1-5-21-1", "/Date(0)/"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["value", "Count", "RawData", "Name", "OriginalString",
                                       "Location", "Protocol", "FQDN"]) | st.text(max_size=5),
                      inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
OBJECTS = [trust(), policy("Ours", rule(ALWAYS)), GLOBAL_POLICY, *PROVIDERS, FARM, PROPERTIES]


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_anything_anywhere_in_an_export_is_told_or_refused(services, data):
    """Values of each kind of object are replaced by anything: what comes out is no crash."""
    given = copy.deepcopy(data.draw(st.sampled_from(OBJECTS)))
    keys = st.lists(st.sampled_from(sorted(given)), min_size=1, max_size=3, unique=True)
    for key in data.draw(keys):
        given[key] = data.draw(GARBAGE)

    try:
        found = imported(services, json.loads(json.dumps(given)))
    except TallystickError:
        return
    assert compare(services, found.document).faults == []
    trusts = found.document.get("trusts", [])
    closed = lines(found, "closed")
    for each in trusts:
        permits = each["settings"]["access_control_policy"] or each["settings"].get(
            "issuance_authorization_rules"
        )
        assert not (permits and {"AccessControlPolicyName", "ClaimsProviderName"} & set(closed))
