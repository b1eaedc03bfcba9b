"""Which policies and rules depend on intranet and extranet."""

from __future__ import annotations

import pytest

from idp.federation.access_control.access_rules import AccessRules
from idp.federation.access_control.built_in import BUILT_IN
from idp.federation.access_control.policies import AccessControlPolicy
from idp.federation.access_control.sides import (
    policy_tells_sides_apart,
    rules_tell_sides_apart,
    trust_tells_sides_apart,
)
from idp.federation.relying_party.settings import TrustSettings

RULE = """c:[Type == "http://schemas.microsoft.com/ws/2012/01/InsideCorporateNetwork"]
 => issue(Type = "http://schemas.microsoft.com/authorization/claims/permit", Value = "true");"""
OTHER_RULE = RULE.replace("ws/2012/01/InsideCorporateNetwork", "userip")


def policy(*rules) -> AccessControlPolicy:
    return AccessControlPolicy.model_validate({"name": "P", "permit": rules})


def test_of_the_built_in_ones_two_do():
    assert [name for name, each in BUILT_IN.items() if policy_tells_sides_apart(each, {})] == [
        "Permit everyone and require MFA from extranet access",
        "Permit everyone for intranet access",
    ]


@pytest.mark.parametrize(
    "rule",
    [
        {"networks": "extranet"},
        {"networks": ["10.0.0.0/8", "intranet"]},
        {"networks": "{Where}"},
        {"except": [{"networks": "extranet"}]},
        {"claims": [{"type": "insidecorporatenetwork", "equals": "true"}]},
        {"except": [{"claims": [{"type": "x-ms-proxy"}]}]},
    ],
)
def test_rules_exceptions_parameters_and_claims_may(rule):
    given = {"Where": ("192.0.2.0/24", "extranet")}
    assert policy_tells_sides_apart(policy({}, rule), given)


@pytest.mark.parametrize(
    "rule", [{}, {"networks": "10.0.0.0/8"}, {"networks": "{Where}"}, {"groups": "extranet"}]
)
def test_ranges_and_groups_do_not(rule):
    assert not policy_tells_sides_apart(policy(rule), {"Where": ("192.0.2.0/24",)})


def test_rules_in_ad_fs_language_do_by_their_claim_types():
    assert rules_tell_sides_apart(RULE)
    assert not rules_tell_sides_apart(OTHER_RULE)
    assert not rules_tell_sides_apart("")


@pytest.mark.parametrize(
    "name", ["issuance_authorization_rules", "additional_authentication_rules"]
)
def test_a_trust_does_by_any_of_its_rules_and_by_its_policy(name):
    rules = AccessRules("never", custom={"P": policy({"networks": "extranet"})})
    plain = TrustSettings(access_control_policy="Permit everyone")
    assert not trust_tells_sides_apart(plain, rules)
    assert trust_tells_sides_apart(plain.model_copy(update={name: RULE}), rules)
    custom = plain.model_copy(update={"access_control_policy": "P"})
    assert trust_tells_sides_apart(custom, rules)
    gone = plain.model_copy(update={"access_control_policy": "gone"})
    assert not trust_tells_sides_apart(gone, rules)
