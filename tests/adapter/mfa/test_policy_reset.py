"""What proves a password reset: each migration state, one or two methods, administrators."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.users import ALICE, BOB

from adapter.mfa.policy import (
    ALL_USERS,
    METHODS,
    AuthenticatorConfiguration,
    LegacyPolicy,
    LegacyResetPolicy,
    MethodConfiguration,
    Migration,
    Policies,
    Target,
)
from adapter.mfa.policy_reset import RESET_METHODS, RESET_REASONS, reset_rules

PRE, DURING, DONE = Migration
OFF = MethodConfiguration(is_enabled=False)
EVERYBODY = (Target(ALL_USERS),)
CODES = ("authenticator_code", "code_app", "hardware_token")
ALONE, TOO_FEW = "reset_authenticator_alone", "reset_no_method"


def policies(migration=PRE, *, notifications=True, codes=True, required=2, **others) -> Policies:
    reset = LegacyResetPolicy(notifications, codes, required, EVERYBODY)
    return Policies(migration, legacy_reset=reset, **others)


def rules(given: Policies, user: str = ALICE, groups=(), *, is_administrator: bool = False):
    return reset_rules(given, user, groups, is_administrator)


@pytest.mark.parametrize(
    ("scope", "is_meant"),
    [
        ((), False),
        (EVERYBODY, True),
        ((Target("staff"),), True),
        ((Target("Sales"),), False),
        ((Target(ALICE, "user"),), True),
        ((Target(BOB, "user"), Target("Staff")), True),
    ],
)
@pytest.mark.parametrize("is_administrator", [True, False])
def test_only_who_is_in_scope_may_reset(scope, is_meant, is_administrator):
    given = Policies(legacy_reset=LegacyResetPolicy(scope=scope))

    found = rules(given, groups=("Staff",), is_administrator=is_administrator)

    assert found.is_allowed is is_meant
    assert found.reason == ("reset_allowed" if is_meant else "reset_not_in_scope")


@pytest.mark.parametrize(
    # notifications and codes are those of the legacy reset policy, in which two methods or one are
    # required; the methods policy allows everything
    ("migration", "required", "notifications", "codes", "methods"),
    [
        (PRE,    2, True,  True,  ("push", *CODES)),
        (PRE,    2, False, True,  CODES),
        (PRE,    2, True,  False, TOO_FEW),  # push alone is no two methods
        (PRE,    2, False, False, TOO_FEW),
        (PRE,    1, True,  True,  CODES),  # the app gives only a code
        (PRE,    1, False, True,  CODES),
        (PRE,    1, True,  False, TOO_FEW),
        (DURING, 2, False, False, ("push", *CODES)),
        (DURING, 1, True,  False, CODES),
        (DONE,   2, False, False, ("push", *CODES)),
        (DONE,   1, False, False, ("push", *CODES)),
    ],
)  # fmt: skip
def test_the_migration_says_which_policy_counts(migration, required, notifications, codes, methods):
    given = policies(migration, notifications=notifications, codes=codes, required=required)

    found = rules(given)

    assert found.required == required
    if isinstance(methods, str):
        assert (found.methods, found.reason) == ((), methods)
    else:
        assert (found.methods, found.reason) == (methods, "reset_allowed")


@pytest.mark.parametrize(
    ("required", "settings", "methods"),
    [
        (1, {"code_apps": OFF}, ("push", "authenticator_code", "hardware_token")),
        (2, {"code_apps": OFF}, ALONE),  # one other method, and two are required
        (1, {"code_apps": OFF, "hardware_tokens": OFF}, ALONE),
        (2, {"code_apps": OFF, "hardware_tokens": OFF}, TOO_FEW),
        (2, {"authenticator": AuthenticatorConfiguration(False)}, ("code_app", "hardware_token")),
        (2, {"authenticator": AuthenticatorConfiguration(codes=False)},
            ("push", "code_app", "hardware_token")),
        (1, {"authenticator": AuthenticatorConfiguration(False), "hardware_tokens": OFF},
            ("code_app",)),
        (2, {"authenticator": AuthenticatorConfiguration(False), "hardware_tokens": OFF}, TOO_FEW),
    ],
)  # fmt: skip
def test_authenticator_may_not_be_the_only_way(required, settings, methods):
    found = rules(policies(DONE, required=required, **settings))

    assert (found.methods or found.reason) == methods


def test_the_methods_policy_does_not_count_before_the_migration_nor_the_legacy_one_after():
    nothing = {
        "authenticator": AuthenticatorConfiguration(is_enabled=False),
        "code_apps": OFF,
        "hardware_tokens": OFF,
        "legacy": LegacyPolicy(notifications=True, codes=True),
    }

    assert rules(policies(PRE, **nothing)).is_allowed
    assert rules(policies(DURING, **nothing)).is_allowed
    assert rules(policies(DONE, **nothing)).reason == TOO_FEW
    during = policies(DURING, notifications=False, codes=False, **nothing)
    assert rules(during).reason == TOO_FEW  # the legacy MFA policy is for sign-ins


def test_administrators_need_two_methods_always_so_that_push_counts():
    given = policies(required=1)

    assert (rules(given).required, "push" in rules(given).methods) == (1, False)
    of_administrator = rules(given, is_administrator=True)
    assert (of_administrator.required, "push" in of_administrator.methods) == (2, True)


@pytest.mark.parametrize(
    ("required", "proven", "is_enough"),
    [
        (1, (), False),
        (1, ("code_app",), True),
        (1, ("push",), False),  # it does not count where one is required
        (1, ("passkey",), False),
        (2, ("push",), False),
        (2, ("push", "push"), False),
        (2, ("push", "code_app"), True),
        (2, ("push", "authenticator_code"), False),  # both are on one phone
        (2, ("authenticator_code", "hardware_token"), True),
        (2, ("code_app", "code_app"), False),
        (2, ("code_app", "hardware_token"), True),
    ],
)
def test_which_proofs_are_enough(required, proven, is_enough):
    assert rules(policies(required=required)).is_met_by(proven) is is_enough


configurations = st.sampled_from([MethodConfiguration(), OFF])
any_policies = st.builds(
    Policies,
    st.sampled_from(Migration),
    st.builds(AuthenticatorConfiguration, st.booleans(), codes=st.booleans()),
    configurations,
    configurations,
    legacy_reset=st.builds(
        LegacyResetPolicy,
        st.booleans(),
        st.booleans(),
        st.sampled_from([1, 2]),
        st.sampled_from([(), EVERYBODY]),
    ),
)


@given(any_policies, st.booleans())
def test_whatever_is_allowed_can_be_met_without_authenticator(given_policies, is_administrator):
    found = rules(given_policies, is_administrator=is_administrator)

    assert found.reason in RESET_REASONS
    assert found.is_allowed == (found.reason == "reset_allowed")
    assert set(found.methods) <= set(RESET_METHODS) < set(METHODS)
    if found.is_allowed:
        others = set(found.methods) - {"push", "authenticator_code"}
        assert found.is_met_by(others)
        assert not found.is_met_by(set(list(others)[: found.required - 1]))
    else:
        assert not found.is_met_by(METHODS)


@given(any_policies)
def test_an_administrator_never_needs_less_than_a_user(given_policies):
    user, administrator = (rules(given_policies, is_administrator=each) for each in (False, True))

    assert administrator.required == 2
    assert user.is_allowed or not administrator.is_allowed
