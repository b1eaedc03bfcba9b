"""What AD FS exports becomes a configuration; what is not understood lets nobody in."""

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
    PERMIT,
    PROPERTIES,
    PROVIDERS,
    RULES,
    UNKNOWN_RULES,
    WITH_MFA,
    certificate_objects,
    condition,
    endpoint,
    policy,
    powershell_7,
    rule,
    trust,
    windows_powershell,
)
from support.users import ALICE, PASSWORD

from adapter.errors import TallystickError
from idp.federation.relying_party.settings import TrustSettings
from idp.management.access_simulation import simulate_access
from idp.management.adfs_import.importing import import_adfs
from idp.management.adfs_import.powershell import NotAnExport
from idp.management.configuration.apply import apply
from idp.management.configuration.plan import compare


def imported(services, *objects, write=powershell_7):
    return import_adfs(services, [write(each) for each in objects])


def lines(found, outcome):
    return {line.property: line.text for line in found.lines if line.outcome == outcome}


@pytest.fixture
def taken(services):
    """Import objects and return the trust that they make."""

    def run(*objects):
        apply(services, imported(services, *objects).document)
        return services.trusts.existing(ENTITY_ID)

    return run


@pytest.mark.parametrize("write", [windows_powershell, powershell_7])
@pytest.mark.parametrize("many", [False, True])
def test_a_trust_is_taken_with_endpoints_settings_and_rules(services, write, many):
    objects = [trust(), trust(Identifier=["urn:two"], Name="Two")] if many else trust()

    found = imported(services, objects, write=write)
    plan = apply(services, found.document)

    assert [change.name for change in plan.changes] == [ENTITY_ID, "urn:two"][: 1 + many]
    made = services.trusts.existing(ENTITY_ID)
    provider = made.service_provider
    assert made.display_name == "Shop"
    assert [each.location for each in provider.assertion_consumer_services] == [
        "https://shop.example.test/acs", "https://shop.example.test/acs2",
    ]  # fmt: skip
    assert {each.location for each in provider.single_logout_services} == {
        "https://shop.example.test/slo"
    }
    differs = {
        key: value
        for key, value in made.settings.model_dump().items()
        if value != TrustSettings().model_dump()[key]
    }
    assert differs.pop("claim_rules")
    assert differs == {
        "identifiers": ("urn:shop",),
        "not_before_skew": 2,
        "notes": "asked for by the shop",
        "saml_response_signature": "MessageAndAssertion",
        "token_lifetime": 30,
        "auto_update_enabled": False,
        "monitoring_enabled": False,
    }
    assert compare(services, found.document).changes == []


def test_every_property_is_told(services):
    found = imported(services, trust(MetadataUrl="https://shop.example.test/md", NewThing="x",
                                     WSFedEndpoint="https://shop.example.test/ws"))  # fmt: skip

    told = {line.property for line in found.lines}
    given = {key for key, value in trust().items() if value not in (None, "", [], {}, False)}
    assert given <= told
    left = lines(found, "left out")
    assert left["NewThing"] == "nothing here corresponds to it"
    assert "WS-Federation" in left["WSFedEndpoint"]
    assert "sp add URL" in left["MetadataUrl"]
    assert "Artifact is not supported" in left["SamlEndpoints"]
    assert not lines(found, "closed")


@pytest.mark.parametrize(
    ("changes", "property_"),
    [
        ({"AccessControlPolicyName": "Nobody knows it"}, "AccessControlPolicyName"),
        ({"AccessControlPolicyName": {"x": 1}}, "AccessControlPolicyName"),
        ({"AccessControlPolicyName": "Permit specific group"}, "AccessControlPolicyName"),
        ({"AccessControlPolicyName": "Permit specific group",
          "AccessControlPolicyParameters": {"GroupParameter": ["S-1-5-21-1-2-3-513"]}},
         "AccessControlPolicyName"),
        ({"AccessControlPolicyName": "Permit everyone",
          "AccessControlPolicyParameters": {"GroupParameter": ["EXAMPLE\\Staff"]}},
         "AccessControlPolicyName"),
        ({"AccessControlPolicyName": None}, "IssuanceAuthorizationRules"),
        ({"AccessControlPolicyName": None, "IssuanceAuthorizationRules": PERMIT + UNKNOWN_RULES},
         "IssuanceAuthorizationRules"),
        ({"ClaimsProviderName": ["Partner"]}, "ClaimsProviderName"),
    ],
)  # fmt: skip
def test_access_that_is_not_understood_permits_nobody(services, changes, property_):
    services.directory.add(ALICE, PASSWORD)
    given = {key: value for key, value in trust().items() if key not in changes} | changes

    found = imported(services, given)
    apply(services, found.document)

    assert property_ in lines(found, "closed")
    assert simulate_access(services, ENTITY_ID, user=ALICE).denied_by


def test_an_export_without_access_permits_nobody_either(services):
    some = {key: trust()[key] for key in ("Name", "Identifier", "SamlEndpoints")}
    some["IssuanceTransformRules"] = RULES

    found = imported(services, some)

    assert found.document["trusts"][0]["settings"]["access_control_policy"] == ""


def test_a_policy_of_groups_gets_their_names(taken):
    made = taken(
        trust(
            AccessControlPolicyName="Permit specific group",
            AccessControlPolicyParameters={"GroupParameter": ["EXAMPLE\\Shop Users", "Boss"]},
        )
    )

    assert made.settings.access_control_parameters == {"GroupParameter": ("Shop Users", "Boss")}


def test_rules_that_permit_are_taken_as_they_are(taken):
    made = taken(trust(AccessControlPolicyName=None, IssuanceAuthorizationRules=PERMIT,
                       AdditionalAuthenticationRules=MFA_OUTSIDE))  # fmt: skip

    assert made.settings.issuance_authorization_rules == PERMIT
    assert made.settings.additional_authentication_rules == MFA_OUTSIDE


def test_rules_that_are_not_understood_ask_for_more_and_send_less(services, taken):
    given = trust(
        IssuanceTransformRules=RULES + UNKNOWN_RULES,
        AdditionalAuthenticationRules=UNKNOWN_RULES,
        SignedSamlRequestsRequired="perhaps",
        Enabled="perhaps",
    )

    made, told = taken(given), lines(imported(services, given), "closed")

    assert "Line 6, column 23: There is no store" in told["IssuanceTransformRules"]
    assert "no claims until you set its rules" in told["IssuanceTransformRules"]
    assert (made.settings.claim_rules, made.settings.second_factor) == ((), "always")
    assert (made.settings.signed_saml_requests_required, made.settings.enabled) == (True, False)


def test_a_certificate_is_read_however_it_was_exported(services, identities):
    for way, value in certificate_objects(identities.sp.pem.certificate).items():
        given = trust(RequestSigningCertificate=[value], EncryptionCertificate=value)
        found = imported(services, given, write=windows_powershell)
        apply(services, found.document)
        made = services.trusts.existing(ENTITY_ID)
        assert made.service_provider.signing_certificates == (identities.sp.certificate,), way
        assert made.settings.encryption_certificate == identities.sp.certificate, way


def test_a_certificate_that_is_lost_disables_what_needs_it(services):
    lost = "[Subject]\r\n  CN=sp.example.test\r\n\r\n[Issuer]"

    found = imported(services, trust(RequestSigningCertificate=[lost], EncryptionCertificate=lost))

    told = lines(found, "closed")
    assert "signed requests are refused" in told["RequestSigningCertificate"]
    assert "the trust is disabled" in told["EncryptionCertificate"]
    assert found.document["trusts"][0]["settings"]["enabled"] is False


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SamlEndpoints": []}, "WS-Federation and OAuth"),
        ({"SamlEndpoints": [endpoint("SAMLAssertionConsumer", "Redirect", "https://x.test/")]},
         "no SAML assertion consumer"),
        ({"SamlEndpoints": ["Microsoft.IdentityServer.Management.Resources.SamlEndpoint"]},
         "no SAML assertion consumer"),
        ({"Identifier": []}, "no identifier"),
        ({"SamlEndpoints": [endpoint("SAMLAssertionConsumer", "POST", "ftp://x.test/")]},
         "bad_metadata"),
    ],
)  # fmt: skip
def test_a_trust_that_cannot_be_made_is_left_out_with_the_reason(services, changes, words):
    found = imported(services, [trust(**changes), trust(Identifier=["urn:two"])])

    assert [each["entity_id"] for each in found.document["trusts"]] == ["urn:two"]
    assert words in next(line.text for line in found.lines if line.property == "(the trust)")


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
