"""Whether a user may use a method: both policies, groups, modes and the migration."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.users import ALICE, BOB

from adapter.mfa.policy import (
    AUTHENTICATOR_CODE,
    CODE_APP,
    CODE_METHODS,
    METHODS,
    PERMISSION_REASONS,
    PUSH,
    AuthenticatorConfiguration,
    Feature,
    IncludeTarget,
    LegacyPolicy,
    MethodConfiguration,
    Migration,
    PasskeyConfiguration,
    Policies,
    Target,
    permission_for,
)

GROUPS = ("Staff", "Readers")
OFF = AuthenticatorConfiguration(is_enabled=False)


def allowed(policies: Policies, method: str = PUSH, user: str = ALICE, groups=GROUPS):
    permission = permission_for(policies, user, groups, method)
    return permission.policy, permission.reason


def authenticator(**settings) -> Policies:
    return Policies(authenticator=AuthenticatorConfiguration(**settings))


@pytest.mark.parametrize("method", METHODS)
def test_without_a_policy_everything_is_allowed_to_everybody(method):
    assert allowed(Policies(), method, groups=()) == ("methods", "methods_policy")


@pytest.mark.parametrize(
    ("settings", "policy", "reason"),
    [
        ({"include": (IncludeTarget("staff"),)}, "methods", "methods_policy"),
        ({"include": (IncludeTarget("Sales"),)}, "none", "not_included"),
        ({"include": ()}, "none", "not_included"),
        ({"include": (IncludeTarget(ALICE.upper(), "user"),)}, "methods", "methods_policy"),
        ({"include": (IncludeTarget(BOB, "user"),)}, "none", "not_included"),
        ({"include": (IncludeTarget("Staff", "user"),)}, "none", "not_included"),
        ({"exclude": (Target("READERS"),)}, "none", "excluded"),
        ({"exclude": (Target("Sales"),)}, "methods", "methods_policy"),
        ({"is_enabled": False}, "none", "method_off"),
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_groups_and_users_are_included_and_excluded(settings, policy, reason, method):
    policies = Policies(
        authenticator=AuthenticatorConfiguration(**settings),
        code_apps=MethodConfiguration(**settings),
        hardware_tokens=MethodConfiguration(**settings),
        passkeys=PasskeyConfiguration(**settings),
    )

    assert allowed(policies, method) == (policy, reason)


@pytest.mark.parametrize(
    ("modes", "push"),
    [
        (["any"], "methods_policy"),
        (["push"], "methods_policy"),
        (["deviceBasedPush"], "device_based_push"),
        (["deviceBasedPush", "push"], "methods_policy"),
        (["deviceBasedPush", "deviceBasedPush"], "device_based_push"),
    ],
)
def test_device_based_push_alone_allows_codes_and_no_push(modes, push):
    targets = tuple(
        IncludeTarget(group, mode=mode) for group, mode in zip(GROUPS, modes, strict=False)
    )
    policies = authenticator(include=targets)

    assert allowed(policies)[1] == push
    assert allowed(policies, AUTHENTICATOR_CODE)[1] == "methods_policy"


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        ({"authenticator": AuthenticatorConfiguration(codes=False)}, {"authenticator_code"}),
        ({"authenticator": OFF}, {"push", "authenticator_code"}),
        ({"code_apps": MethodConfiguration(is_enabled=False)}, {"code_app"}),
        ({"hardware_tokens": MethodConfiguration(is_enabled=False)}, {"hardware_token"}),
        ({"passkeys": PasskeyConfiguration(is_enabled=False)}, {"passkey"}),
    ],
)
def test_each_method_is_switched_separately(settings, refused):
    policies = Policies(**settings)

    assert {m for m in METHODS if allowed(policies, m)[0] == "none"} == refused


@pytest.mark.parametrize("migration", Migration)
@pytest.mark.parametrize("in_methods", [True, False])
@pytest.mark.parametrize("in_legacy", [True, False])
def test_either_policy_is_enough_until_the_migration_is_complete(migration, in_methods, in_legacy):
    policies = Policies(
        migration,
        AuthenticatorConfiguration() if in_methods else OFF,
        legacy=LegacyPolicy(notifications=in_legacy),
    )
    counts = in_legacy and migration is not Migration.COMPLETE
    expected = {
        (True, False): "methods",
        (True, True): "both",
        (False, True): "legacy",
        (False, False): "none",
    }

    permission = permission_for(policies, ALICE, GROUPS, PUSH)

    assert permission.policy == expected[in_methods, counts]
    assert permission.legacy_is_ignored == (in_legacy and not counts and not in_methods)
    assert ("ignored" in permission.explanation) == permission.legacy_is_ignored


def test_the_legacy_policy_has_one_switch_for_push_and_one_for_codes():
    off = MethodConfiguration(is_enabled=False)
    passkeys = PasskeyConfiguration(is_enabled=False)
    nothing = Policies(Migration.PRE, OFF, off, off, passkeys)
    push = replace(nothing, legacy=LegacyPolicy(notifications=True))
    codes = replace(nothing, legacy=LegacyPolicy(codes=True))

    assert {m for m in METHODS if allowed(push, m)[0] == "legacy"} == {PUSH}
    assert {m for m in METHODS if allowed(codes, m)[0] == "legacy"} == set(CODE_METHODS)
    assert {m for m in METHODS if allowed(nothing, m)[0] != "none"} == set()


@pytest.mark.parametrize(
    ("feature", "is_on"),
    [
        (Feature(), True),
        (Feature("enabled"), True),
        (Feature("disabled"), False),
        (Feature("enabled", Target("Staff")), True),
        (Feature("enabled", Target("Sales")), False),
        (Feature("enabled", exclude=Target("Staff")), False),
        (Feature("default", Target("Staff"), Target("Sales")), True),
    ],
)
def test_additional_context_has_groups_of_its_own(feature, is_on):
    assert feature.is_on_for(ALICE, GROUPS) is is_on


targets = st.builds(
    IncludeTarget,
    st.sampled_from(["all_users", "Staff", "Sales", ALICE]),
    st.sampled_from(["group", "user"]),
    st.sampled_from(["any", "push", "deviceBasedPush"]),
)
lists = st.lists(targets, max_size=3).map(tuple)
policies_of_any_kind = st.builds(
    Policies,
    st.sampled_from(Migration),
    st.builds(AuthenticatorConfiguration, st.booleans(), lists, lists, st.booleans()),
    *[st.builds(MethodConfiguration, st.booleans(), lists, lists)] * 2,
    st.builds(PasskeyConfiguration, st.booleans(), lists, lists),
    st.builds(LegacyPolicy, st.booleans(), st.booleans()),
)


@given(policies_of_any_kind, st.sampled_from(METHODS))
def test_every_permission_has_a_reason_and_complete_means_that_legacy_changes_nothing(
    policies, method
):
    permission = permission_for(policies, ALICE, GROUPS, method)

    assert permission.reason in PERMISSION_REASONS
    assert permission.is_allowed == permission.reason.endswith(("_policy", "_policies"))
    complete = replace(policies, migration=Migration.COMPLETE)
    without = replace(complete, legacy=LegacyPolicy())
    assert allowed(complete, method) == allowed(without, method)


@given(policies_of_any_kind, targets)
def test_excluding_more_users_never_allows_more(policies, target):
    app = policies.authenticator
    stricter = replace(policies, authenticator=replace(app, exclude=(*app.exclude, target)))

    before = permission_for(policies, ALICE, GROUPS, PUSH)
    after = permission_for(stricter, ALICE, GROUPS, PUSH)

    assert before.is_allowed or not after.is_allowed


def test_a_code_app_does_not_depend_on_the_configuration_of_authenticator():
    assert allowed(Policies(authenticator=OFF), CODE_APP) == ("methods", "methods_policy")
