"""What stored policies say about a user: worked out once where they tell no user apart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.users import ALICE, BOB

from adapter.mfa.permissions import permissions_of
from adapter.mfa.policy import (
    AuthenticatorConfiguration,
    Feature,
    IncludeTarget,
    LegacyPolicy,
    MethodConfiguration,
    Migration,
    PasskeyConfiguration,
    Policies,
    Target,
)
from adapter.mfa.policy_store import StoredPolicies

STAFF = Target("staff")
ONLY_STAFF = (IncludeTarget("staff"),)
NOT_ALICE = (Target(ALICE, "user"),)
GROUPS = {ALICE: ("Staff",), BOB: ()}


@pytest.mark.parametrize(
    "policies",
    [
        Policies(authenticator=AuthenticatorConfiguration(include=ONLY_STAFF)),
        Policies(authenticator=AuthenticatorConfiguration(exclude=NOT_ALICE)),
        Policies(authenticator=AuthenticatorConfiguration(application_name=Feature(include=STAFF))),
        Policies(authenticator=AuthenticatorConfiguration(location=Feature(exclude=STAFF))),
        Policies(code_apps=MethodConfiguration(include=ONLY_STAFF)),
        Policies(hardware_tokens=MethodConfiguration(exclude=NOT_ALICE)),
        Policies(passkeys=PasskeyConfiguration(include=ONLY_STAFF)),
    ],
)
def test_a_user_or_group_named_in_any_place_of_the_policies_tells_users_apart(policies):
    stored = StoredPolicies(policies, 1)

    found = {user: stored.permissions_of(user, GROUPS.get) for user in (ALICE, BOB)}

    assert found == {user: permissions_of(policies, user, GROUPS[user]) for user in (ALICE, BOB)}
    assert found[ALICE] != found[BOB]


@pytest.mark.parametrize(
    "policies",
    [
        Policies(),
        Policies(code_apps=MethodConfiguration(is_enabled=False)),
        Policies(authenticator=AuthenticatorConfiguration(include=())),
        Policies(Migration.COMPLETE, legacy=LegacyPolicy(notifications=True)),
    ],
)
def test_nobodys_groups_are_read_for_policies_that_are_the_same_for_everybody(policies):
    asked = []

    found = StoredPolicies(policies, 1).permissions_of(ALICE, asked.append)

    assert found == permissions_of(policies, ALICE, ())
    assert asked == []


def test_a_change_of_the_policies_holds_from_the_next_question_on_at_every_node(mfa, other_node):
    assert mfa.service.permissions_of(ALICE).push_policy == "methods"
    policies = mfa.stores.policies.read().policies
    off = replace(policies, authenticator=AuthenticatorConfiguration(is_enabled=False))

    other_node.stores.policies.replace(off, seen=None)

    assert mfa.service.permissions_of(ALICE).push_policy == "none"
    mfa.stores.policies.replace(policies, seen=None)
    assert other_node.service.permissions_of(ALICE).push_policy == "methods"
