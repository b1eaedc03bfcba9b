"""What AD FS exports becomes a configuration; what is not understood lets nobody in."""

from __future__ import annotations

import pytest
from support.adfs_exports import (
    ENTITY_ID,
    MFA_OUTSIDE,
    PERMIT,
    RULES,
    UNKNOWN_RULES,
    certificate_objects,
    endpoint,
    powershell_7,
    trust,
    windows_powershell,
)
from support.adfs_exports.imported import imported, lines
from support.users import ALICE, PASSWORD

from idp.federation.relying_party.settings import TrustSettings
from idp.management.access_simulation import simulate_access
from idp.management.configuration.apply import apply
from idp.management.configuration.plan import compare


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
