"""Policies as JSON: Graph's answers are read, mistakes refused, and an export comes back whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapter.mfa.policy import (
    AuthenticatorConfiguration,
    Campaign,
    Feature,
    IncludeTarget,
    LegacyPolicy,
    MethodConfiguration,
    Migration,
    PasskeyConfiguration,
    Policies,
    RegistrationPolicy,
    Target,
)
from idp.mfa.graph_import import BadMethodsPolicy, apply, read_changes, read_graph

FROM_GRAPH = {
    "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#authenticationMethodConfigur…",
    "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethodConfiguration",
    "id": "MicrosoftAuthenticator",
    "state": "enabled",
    "isSoftwareOathEnabled": False,
    "excludeTargets": [{"targetType": "group", "id": "Trainees"}],
    "featureSettings": {
        "numberMatchingRequiredState": {
            "state": "disabled",
            "includeTarget": {"targetType": "group", "id": "all_users"},
            "excludeTarget": {
                "targetType": "group",
                "id": "00000000-0000-0000-0000-000000000000",
            },
        },
        "displayAppInformationRequiredState": {
            "state": "enabled",
            "includeTarget": {"targetType": "group", "id": "Staff"},
            "excludeTarget": {
                "targetType": "group",
                "id": "00000000-0000-0000-0000-000000000000",
            },
        },
        "companionAppAllowedState": {"state": "default"},
    },
    "includeTargets@odata.context": "https://graph.microsoft.com/v1.0/$metadata#…/includeTargets",
    "includeTargets": [
        {
            "targetType": "group",
            "id": "all_users",
            "isRegistrationRequired": False,
            "authenticationMode": "any",
        }
    ],
}
"""The shape of Graph's answer for Authenticator."""


PASSKEYS = {
    "@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration",
    "id": "Fido2",
    "state": "disabled",
    "isSelfServiceRegistrationAllowed": False,
    "isAttestationEnforced": True,
    "defaultPasskeyProfile": None,
    "passkeyProfiles": [],
    "keyRestrictions": {"isEnforced": True, "enforcementType": "block", "aaGuids": []},
    "excludeTargets": [],
    "includeTargets": [
        {
            "targetType": "group",
            "id": "Staff",
            "isRegistrationRequired": False,
            "allowedPasskeyProfiles": [],
        }
    ],
}
CAMPAIGN = {
    "snoozeDurationInDays": 3,
    "enforceRegistrationAfterAllowedSnoozes": True,
    "state": "enabled",
    "excludeTargets": [{"id": "Trainees", "targetType": "group"}],
    "includeTargets": [
        {
            "id": "Staff",
            "targetType": "group",
            "targetedAuthenticationMethod": "microsoftAuthenticator",
        }
    ],
}


def test_the_configuration_that_graph_returns_is_read():
    found = read_graph(FROM_GRAPH)
    app = apply(found, Policies()).authenticator

    assert app == AuthenticatorConfiguration(
        exclude=(Target("Trainees"),),
        codes=False,
        application_name=Feature("enabled", Target("Staff")),
        number_matching=Feature("disabled"),
    )
    assert [note.split()[0] for note in found.notes] == ["companionAppAllowedState"]


def test_what_is_not_given_stays_as_it_is():
    before = Policies(
        Migration.IN_PROGRESS,
        AuthenticatorConfiguration(location=Feature("disabled")),
        MethodConfiguration(is_enabled=False),
        legacy=LegacyPolicy(codes=True),
        registration=RegistrationPolicy(reconfirm_days=90),
    )

    after = apply(read_graph(FROM_GRAPH), before)

    assert after.authenticator.location == Feature("disabled")
    assert replace(after, authenticator=before.authenticator) == before


def test_the_whole_policy_of_graph_is_read_and_what_is_left_out_is_said():
    found = read_graph(
        {
            "id": "authenticationMethodsPolicy",
            "displayName": "Authentication Methods Policy",
            "policyVersion": "1.5",
            "policyMigrationState": "migrationComplete",
            "reconfirmationInDays": None,
            "registrationEnforcement": {"authenticationMethodsRegistrationCampaign": CAMPAIGN},
            "systemCredentialPreferences": {"state": "default"},
            "authenticationMethodConfigurations": [
                PASSKEYS,
                FROM_GRAPH,
                {"id": "SoftwareOath", "state": "disabled", "excludeTargets": []},
                {"id": "HardwareOath", "state": "disabled", "excludeTargets": []},
                {"id": "Sms", "state": "enabled"},
            ],
        }
    )  # fmt: skip

    after = apply(found, Policies())

    assert after.migration is Migration.COMPLETE
    assert not after.code_apps.is_enabled
    assert not after.authenticator.codes
    assert not after.hardware_tokens.is_enabled
    assert after.passkeys == PasskeyConfiguration(False, (IncludeTarget("Staff"),), (), False)
    assert after.registration == RegistrationPolicy(
        campaign=Campaign("enabled", 3, (Target("Staff"),), (Target("Trainees"),))
    )
    assert [note.split()[0] for note in found.notes] == [
        "systemCredentialPreferences", "enforceRegistrationAfterAllowedSnoozes",
        "Fido2.isAttestationEnforced", "Fido2.keyRestrictions", "companionAppAllowedState", "Sms",
    ]  # fmt: skip


def test_a_list_of_configurations_may_stand_in_graphs_envelope():
    found = read_graph(
        {"@odata.context": "…", "value": [{"id": "softwareoath", "state": "disabled"}]}
    )

    assert not apply(found, Policies()).code_apps.is_enabled


def campaign(**settings) -> dict:
    return {"registrationEnforcement": {"authenticationMethodsRegistrationCampaign": settings}}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "not a JSON object"),
        ({"id": "Authenticator", "state": "enabled"}, "this key is unknown"),
        ({"authenticationMethodConfigurations": [{"id": "Pager"}]}, "its id is none of"),
        ({"authenticationMethodConfigurations": {}}, "not a list"),
        ({"authenticationMethodConfigurations": [FROM_GRAPH, FROM_GRAPH]}, "given twice"),
        ({"version": "3"}, "version"),
        ({"legacyMfaPolicy": {"sms": True}}, "legacyMfaPolicy.sms"),
        ({**FROM_GRAPH, "state": "on"}, "found 'on', allowed is enabled or disabled"),
        ({**FROM_GRAPH, "isSoftwareOathEnabled": "yes"}, "true or false"),
        ({**FROM_GRAPH, "numberMatching": False}, "numberMatching"),
        (
            {**FROM_GRAPH, "includeTargets": [{"id": "x", "authenticationMode": "sms"}]},
            "includeTargets.0.authenticationMode",
        ),
        ({**FROM_GRAPH, "includeTargets": [{"id": ""}]}, "includeTargets.0.id"),
        ({"id": "SoftwareOath", "isSoftwareOathEnabled": True}, "SoftwareOath.isSoftwareOathEnab"),
        ({"id": "SoftwareOath", "includeTargets": ["x"] * 257}, "SoftwareOath.includeTargets"),
        ({"id": "Fido2", "isSoftwareOathEnabled": True}, "Fido2.isSoftwareOathEnabled"),
        ({"reconfirmationInDays": 731}, "reconfirmationInDays"),
        ({"reconfirmationInDays": True}, "reconfirmationInDays"),
        ({"isRegistrationRequiredAtSignIn": 1}, "isRegistrationRequiredAtSignIn"),
        ({"legacyResetPolicy": {"numberOfMethodsRequired": 3}}, "numberOfMethodsRequired"),
        ({"legacyResetPolicy": {"numberOfMethodsRequired": True}}, "numberOfMethodsRequired"),
        ({"legacyResetPolicy": {"email": True}}, "legacyResetPolicy.email"),
        ({"registrationEnforcement": []}, "registrationEnforcement"),
        (campaign(snoozeDurationInDays=15), "snoozeDurationInDays"),
        (campaign(snoozeDurationInDays=-1), "snoozeDurationInDays"),
        (campaign(state="on"), "default, enabled or disabled"),
        (campaign(includeTargets=[{"id": "x", "targetedAuthenticationMethod": "fido2"}]), "fido2"),
    ],
)
def test_a_mistake_is_refused_with_its_place(value, words):
    with pytest.raises(BadMethodsPolicy) as refused:
        apply(read_graph(value), Policies())

    assert words in str(refused.value)


def test_all_faults_are_named_at_once():
    changes = {"SoftwareOath.state": 1, "MicrosoftAuthenticator.stat": "", "legacy": {}}

    with pytest.raises(BadMethodsPolicy) as refused:
        apply(read_changes(changes), Policies())

    assert all(key in str(refused.value) for key in changes)
    assert "did you mean MicrosoftAuthenticator.state" in str(refused.value)


def test_tables_that_are_nested_too_deeply_are_refused():
    value: dict = {}
    for _ in range(5000):
        value = {"legacyMfaPolicy": value}

    with pytest.raises(BadMethodsPolicy):
        apply(read_graph(value), Policies())


@pytest.mark.parametrize(
    ("value", "targets"),
    [
        ("Staff", (IncludeTarget("Staff"),)),
        (["Staff", "Sales"], (IncludeTarget("Staff"), IncludeTarget("Sales"))),
        ("", ()),
        ([], ()),
        (
            [{"id": "a@b.test", "targetType": "user", "authenticationMode": "push"}],
            (IncludeTarget("a@b.test", "user", "push"),),
        ),
    ],
)
def test_targets_may_be_given_by_name(value, targets):
    changes = read_changes({"MicrosoftAuthenticator.includeTargets": value})

    assert apply(changes, Policies()).authenticator.include == targets


def test_a_registration_that_is_required_is_said_to_have_no_effect():
    target = {"id": "all_users", "isRegistrationRequired": True}

    for found in (
        read_graph({"id": "SoftwareOath", "includeTargets": [target]}),
        read_changes({"SoftwareOath.includeTargets": [target]}),
    ):
        assert found.notes == ("SoftwareOath: isRegistrationRequired has no effect here.",)
