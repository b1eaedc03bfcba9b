"""What a user may register, and what a sign-in asks the user to register or confirm."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from support.clock import NOON
from support.users import ALICE, BOB

from adapter.mfa.methods import MAX_APPS, Methods, RegisteredMethod
from adapter.mfa.policy import (
    METHODS,
    PERMISSION_REASONS,
    AuthenticatorConfiguration,
    Campaign,
    IncludeTarget,
    LegacyPolicy,
    LegacyResetPolicy,
    MethodConfiguration,
    Migration,
    PasskeyConfiguration,
    Policies,
    RegistrationPolicy,
    Target,
)
from adapter.mfa.policy_registration import (
    Interrupt,
    campaign_asks,
    interrupt_for,
    may_register,
    snoozed_until,
)

GROUPS = ("Staff",)
OFF = MethodConfiguration(is_enabled=False)
NOTHING = Policies(
    Migration.PRE,
    AuthenticatorConfiguration(is_enabled=False),
    OFF,
    OFF,
    PasskeyConfiguration(is_enabled=False),
)
IN_SCOPE = (Target("Staff"),)

PHONE = RegisteredMethod("d1", "push")
CODES = RegisteredMethod("totp", "totp", details={"app": "code_app"})
KEY = RegisteredMethod("k1", "passkey")


def methods(*registered: RegisteredMethod) -> Methods:
    return Methods(registered)


def registrable(policies: Policies, groups=GROUPS) -> set[str]:
    return {m for m in METHODS if may_register(policies, ALICE, groups, m).is_allowed}


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        (Policies(), set(METHODS)),
        (NOTHING, set()),
        (replace(NOTHING, code_apps=MethodConfiguration()), {"code_app"}),
        (replace(NOTHING, legacy=LegacyPolicy(notifications=True)), {"push"}),
        (
            replace(NOTHING, legacy=LegacyPolicy(codes=True)),
            {"authenticator_code", "code_app", "hardware_token"},
        ),
        (replace(NOTHING, legacy_reset=LegacyResetPolicy(True, False, 2, IN_SCOPE)), {"push"}),
        (
            replace(NOTHING, legacy_reset=LegacyResetPolicy(False, True, 2, IN_SCOPE)),
            {"authenticator_code", "code_app", "hardware_token"},
        ),
        (replace(NOTHING, legacy_reset=LegacyResetPolicy(scope=(Target("Sales"),))), set()),
        (replace(NOTHING, passkeys=PasskeyConfiguration()), {"passkey"}),
        (replace(NOTHING, passkeys=PasskeyConfiguration(self_service=False)), set()),
    ],
)
def test_any_policy_that_allows_a_method_lets_it_be_registered(policies, expected):
    assert registrable(policies) == expected
    for migration in Migration:
        during = replace(policies, migration=migration)
        if migration is not Migration.COMPLETE:
            assert registrable(during) == expected
        else:
            legacy = replace(during, legacy=LegacyPolicy(), legacy_reset=LegacyResetPolicy())
            assert registrable(during) == registrable(legacy)


def test_the_reason_says_why_a_method_cannot_be_registered():
    by_user = replace(Policies(), passkeys=PasskeyConfiguration(self_service=False))
    assert may_register(by_user, ALICE, GROUPS, "passkey").reason == "self_service_off"
    assert may_register(NOTHING, ALICE, GROUPS, "passkey").reason == "method_off"
    reset = replace(NOTHING, legacy_reset=LegacyResetPolicy(scope=IN_SCOPE))
    permission = may_register(reset, ALICE, GROUPS, "push")
    assert (permission.policy, permission.reason) == ("legacy_reset", "legacy_reset_policy")
    assert permission.explanation == PERMISSION_REASONS["legacy_reset_policy"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, set()),
        ({"legacy": LegacyPolicy(notifications=True)}, {"push", "authenticator_code"}),
        (
            {"legacy_reset": LegacyResetPolicy(True, False, 2, IN_SCOPE)},
            {"push", "authenticator_code"},
        ),
        ({"legacy_reset": LegacyResetPolicy(False, True, 2, IN_SCOPE)}, {"authenticator_code"}),
    ],
)
def test_authenticator_with_device_based_push_alone_cannot_be_registered(settings, expected):
    mode = (IncludeTarget(mode="deviceBasedPush"),)
    policies = Policies(authenticator=AuthenticatorConfiguration(include=mode), **settings)

    assert registrable(policies) & {"push", "authenticator_code"} == expected
    if "authenticator_code" not in expected:
        refused = may_register(policies, ALICE, GROUPS, "authenticator_code")
        assert refused.reason == "device_based_push"


def campaign(**settings) -> Policies:
    values = {"state": "enabled", **settings}
    return Policies(registration=RegistrationPolicy(campaign=Campaign(**values)))


@pytest.mark.parametrize(
    ("policies", "registered", "snoozed", "is_asked"),
    [
        (campaign(), (CODES,), None, True),
        (campaign(state="default"), (CODES,), None, False),
        (campaign(state="disabled"), (CODES,), None, False),
        (campaign(include=()), (CODES,), None, False),
        (campaign(include=(Target("staff"),)), (CODES,), None, True),
        (campaign(include=(Target(BOB, "user"),)), (CODES,), None, False),
        (campaign(exclude=(Target("Staff"),)), (CODES,), None, False),
        # Who has it already, or nothing at all, or no room for it.
        (campaign(), (CODES, PHONE), None, False),
        (campaign(), (), None, False),
        (campaign(), (KEY,), None, True),
        (campaign(), (CODES,) * MAX_APPS, None, False),
        (campaign(), (CODES,) * (MAX_APPS - 1), None, True),
        # Put off.
        (campaign(), (CODES,), NOON + timedelta(seconds=1), False),
        (campaign(), (CODES,), NOON, True),
        # Not allowed.
        (
            replace(campaign(), authenticator=AuthenticatorConfiguration(is_enabled=False)),
            (CODES,),
            None,
            False,
        ),
    ],
)
def test_whom_the_campaign_asks(policies, registered, snoozed, is_asked):
    asked = campaign_asks(policies, ALICE, GROUPS, methods(*registered), NOON, snoozed)

    assert asked is is_asked


@pytest.mark.parametrize("days", [0, 1, 14])
def test_who_puts_the_campaign_off_is_asked_again_after_its_days(days):
    policies = campaign(snooze_days=days)
    until = snoozed_until(policies, NOON)

    def asked(now) -> bool:
        return campaign_asks(policies, ALICE, GROUPS, methods(CODES), now, until)

    assert asked(NOON) is (days == 0)
    assert asked(NOON + timedelta(days=days))
    assert asked(NOON + timedelta(days=days, seconds=-1)) is False or days == 0


CONFIRM, REGISTER = Interrupt.CONFIRM, Interrupt.REGISTER
REQUIRED = RegistrationPolicy(is_required=True)
DAYS = RegistrationPolicy(reconfirm_days=180)
AGO = NOON - timedelta(days=180)


@pytest.mark.parametrize(
    ("rules", "registered", "confirmed_at", "expected"),
    [
        (RegistrationPolicy(), (), None, None),
        (REQUIRED, (), None, REGISTER),
        (REQUIRED, (CODES,), None, None),
        (REQUIRED, (KEY,), None, None),
        (DAYS, (), None, None),
        (DAYS, (CODES,), None, CONFIRM),
        (DAYS, (CODES,), AGO, CONFIRM),
        (DAYS, (CODES,), AGO + timedelta(seconds=1), None),
        (RegistrationPolicy(reconfirm_days=0), (CODES,), None, None),
        (RegistrationPolicy(True, 180), (), AGO, REGISTER),
    ],
)
def test_what_interrupts_a_sign_in(rules, registered, confirmed_at, expected):
    policies = Policies(registration=rules)

    found = interrupt_for(policies, ALICE, GROUPS, methods(*registered), NOON, confirmed_at)

    assert found is expected


def test_a_user_whose_methods_are_not_allowed_registers_one_that_is():
    no_apps = Policies(code_apps=OFF, registration=REQUIRED)
    nothing = replace(NOTHING, registration=REQUIRED)

    def found(policies):
        return interrupt_for(policies, ALICE, GROUPS, methods(CODES), NOON, NOON)

    assert found(no_apps) is REGISTER
    assert found(nothing) is None  # there is nothing to register: the sign-in says so itself
    # Only an administrator can register a token.
    assert found(replace(nothing, hardware_tokens=MethodConfiguration())) is None
