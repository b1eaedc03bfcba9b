from __future__ import annotations

import pytest

from idp.federation.access_control.global_policy import (
    BadPolicy,
    GlobalPolicy,
    second_factor_reasons,
)
from idp.federation.claim_rules.errors import BadRule
from idp.federation.relying_party.setting_types import MAX_RULES_LENGTH
from idp.federation.relying_party.settings import TrustSettings
from idp.store.policies import SqlPolicyStore


@pytest.mark.parametrize(
    ("of_all", "own", "asks"),
    [
        ("default", "global", True),
        ("default", "always", True),
        ("default", "never",  False),
        ("always",  "global", True),
        ("always",  "always", True),
        ("always",  "never",  True),
        ("never",   "global", False),
        ("never",   "always", True),
        ("never",   "never",  False),
    ],
)  # fmt: skip
def test_either_rule_is_enough_and_a_trust_may_leave_the_default_alone(of_all, own, asks):
    reasons = second_factor_reasons(of_all, TrustSettings(second_factor=own))

    assert bool(reasons) is asks


@pytest.mark.parametrize(
    ("of_all", "own", "reasons"),
    [
        (
            "default",
            "global",
            ["the default: no rule for all trusts is set, and the trust does not say never"],
        ),
        ("default", "always", ["the trust: second_factor=always"]),
        ("always", "never", ["the rule for all trusts: always"]),
        (
            "always",
            "always",
            ["the rule for all trusts: always", "the trust: second_factor=always"],
        ),
        ("never", "global", []),
    ],
)
def test_each_reason_says_which_rule_asks(of_all, own, reasons):
    asked = second_factor_reasons(of_all, TrustSettings(second_factor=own))

    assert list(asked) == reasons


def test_there_is_a_default_until_a_rule_is_set(database):
    policy = GlobalPolicy(SqlPolicyStore(database))

    assert policy.second_factor() == "default"
    assert policy.enabled_providers() == ("AzureMfaAuthentication",)
    policy.set_second_factor("never")
    policy.set_second_factor("never")
    assert policy.second_factor() == "never"


def test_a_policy_that_does_not_exist_is_refused(database):
    policy = GlobalPolicy(SqlPolicyStore(database))

    with pytest.raises(BadPolicy, match=r"There is no policy 'global'.*default or always or never"):
        policy.set_second_factor("global")
    assert policy.second_factor() == "default"


def test_additional_rules_are_stored_only_if_they_can_be_read(database):
    policy = GlobalPolicy(SqlPolicyStore(database))
    asks = '=> issue(Type = "urn:type", Value = "urn:value");'
    policy.set_additional_rules(f"  {asks}\n")

    with pytest.raises(BadRule):
        policy.set_additional_rules("=> issue(")
    assert policy.additional_rules() == asks


def test_additional_rules_have_a_greatest_length(database):
    policy = GlobalPolicy(SqlPolicyStore(database))
    asks = '=> issue(Type = "urn:type", Value = "urn:value");'
    policy.set_additional_rules(asks.ljust(MAX_RULES_LENGTH))

    with pytest.raises(BadPolicy, match=f"at most {MAX_RULES_LENGTH} characters"):
        policy.set_additional_rules(asks.ljust(MAX_RULES_LENGTH + 1))
    assert policy.additional_rules() == asks
