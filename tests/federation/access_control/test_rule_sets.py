"""Who gets in, and who needs the second factor, by rules in AD FS's claim rule language."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.clock import NOON
from support.users import SAMPLE_USER

from idp.directory import User
from idp.federation.access_control.decision import (
    AccessRules,
    decide,
    decide_for_everybody,
)
from idp.federation.access_control.global_policy import BadPolicy, GlobalPolicy
from idp.federation.authenticated_user import AuthenticatedUser
from idp.federation.relying_party.setting_changes import (
    change_from_text,
    change_values,
    read_settings,
)
from idp.federation.relying_party.setting_types import BadTrustSetting
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.request_context import RequestContext
from idp.store.policies import SqlPolicyStore

AUTHORIZATION = "http://schemas.microsoft.com/authorization/claims/"
PERMIT = f'issue(Type = "{AUTHORIZATION}permit", Value = "true");'
DENY = f'issue(Type = "{AUTHORIZATION}deny", Value = "true");'
PERMIT_ALL, DENY_ALL = f"=> {PERMIT}", f"=> {DENY}"
PERMIT_STAFF = (
    f'exists([Type == "http://schemas.xmlsoap.org/claims/Group", Value == "Staff"]) => {PERMIT}'
)
INSIDE = "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork"
METHOD = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod"
MFA = "http://schemas.microsoft.com/claims/multipleauthn"
OUTSIDE_RULE = (
    f'c:[Type == "{INSIDE}", Value == "false"] => issue(Type = "{METHOD}", Value = "{MFA}");'
)

USER = replace(SAMPLE_USER, groups=("Staff",))
OTHER_USER = replace(USER, groups=())
OFFICE = RequestContext("10.1.2.3")
HOME = RequestContext("10.0.0.80", ("203.0.113.9",), proxy="wap")
METHODS = ("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",)
QUIET = AccessRules("never")


def access(settings: TrustSettings, user: User = USER, where=OFFICE, rules=QUIET):
    return decide(settings, rules, AuthenticatedUser(user, METHODS, NOON, where))


def authorized(text: str, user: User = USER) -> bool:
    settings = TrustSettings(access_control_policy="", issuance_authorization_rules=text)
    return access(settings, user).is_permitted


@pytest.mark.parametrize(
    ("rules", "permitted"),
    [
        ("", False),
        (PERMIT_ALL, True),
        (DENY_ALL, False),
        (PERMIT_ALL + DENY_ALL, False),
        (DENY_ALL + PERMIT_ALL, False),
        (PERMIT_STAFF, True),
        (PERMIT_STAFF.replace("Staff", "staff"), False),
        (PERMIT_ALL.replace("issue", "add"), False),
        (PERMIT_ALL.replace("/permit", "/Permit"), False),
        ('=> issue(Type = "urn:other", Value = "permit");', False),
    ],
)
def test_a_rule_must_permit_and_none_may_deny(rules, permitted):
    assert authorized(rules) is permitted


def test_the_claims_of_the_user_decide():
    assert not authorized(PERMIT_STAFF, OTHER_USER)


statements = st.sampled_from([PERMIT_ALL, DENY_ALL, PERMIT_STAFF, OUTSIDE_RULE])


@given(st.lists(statements, max_size=5), st.sampled_from([USER, OTHER_USER]))
def test_deny_beats_permit_in_every_order_and_neither_is_no_entry(rules, user):
    permits = [PERMIT_ALL, PERMIT_STAFF] if user is USER else [PERMIT_ALL]
    expected = any(rule in permits for rule in rules) and DENY_ALL not in rules

    assert authorized("\n".join(rules), user) is expected


def test_each_reason_names_its_rule():
    settings = TrustSettings(
        access_control_policy="", issuance_authorization_rules=PERMIT_ALL + PERMIT_STAFF + DENY_ALL
    )
    decided = access(settings)

    assert decided.permitted_by == (
        "rule 1 of the issuance authorization rules",
        "rule 2 of the issuance authorization rules",
    )
    assert decided.denied_by == ("rule 3 of the issuance authorization rules",)


@pytest.mark.parametrize("own", ["never", "global"])
@pytest.mark.parametrize(
    ("of_all", "of_trust"), [(OUTSIDE_RULE, ""), ("", OUTSIDE_RULE), (OUTSIDE_RULE, OUTSIDE_RULE)]
)
def test_either_rule_that_fires_is_enough_and_no_trust_can_switch_it_off(of_all, of_trust, own):
    settings = TrustSettings(second_factor=own, additional_authentication_rules=of_trust)
    rules = AccessRules("never", of_all)

    assert access(settings, where=HOME, rules=rules).requires_second_factor
    assert not access(settings, where=OFFICE, rules=rules).requires_second_factor


def test_each_reason_for_the_second_factor_names_its_rule_and_whose_it_is():
    settings = TrustSettings(
        second_factor="never", additional_authentication_rules=OUTSIDE_RULE + OUTSIDE_RULE
    )

    decided = access(settings, where=HOME, rules=AccessRules("never", OUTSIDE_RULE))

    assert decided.second_factor_by == (
        "rule 1 of the additional authentication rules for all trusts",
        "rule 1 of the additional authentication rules of the trust",
        "rule 2 of the additional authentication rules of the trust",
    )


@pytest.mark.parametrize(
    "rule",
    [
        OUTSIDE_RULE.replace("multipleauthn", "other"),
        OUTSIDE_RULE.replace("authenticationmethod", "role"),
        OUTSIDE_RULE.replace("issue", "add"),
    ],
)
def test_a_rule_requires_the_second_factor_only_by_issuing_multipleauthn(rule):
    settings = TrustSettings(additional_authentication_rules=rule)

    assert not access(settings, where=HOME).requires_second_factor


def test_a_trust_has_a_policy_or_rules():
    both = {"access_control_policy": "Permit everyone", "issuance_authorization_rules": PERMIT_ALL}
    for change in (change_from_text, change_values):
        with pytest.raises(BadTrustSetting, match="not both"):
            change(TrustSettings(), both)

        ruled = change(TrustSettings(), {"issuance_authorization_rules": PERMIT_ALL})
        assert (ruled.access_control_policy, ruled.issuance_authorization_rules) == ("", PERMIT_ALL)
        again = change(ruled, {"access_control_policy": "Permit everyone"})
        assert again == TrustSettings()
        neither = change(TrustSettings(), {"access_control_policy": ""})
        assert not access(neither).is_permitted


def test_a_trust_file_with_rules_need_not_say_that_there_is_no_policy():
    settings = read_settings({"issuance_authorization_rules": PERMIT_ALL}, "wiki.toml")

    assert settings.access_control_policy == ""
    assert access(settings).is_permitted


def test_parameters_without_a_policy_are_refused():
    with pytest.raises(BadTrustSetting, match="parameters need a policy"):
        change_from_text(
            TrustSettings(),
            {"issuance_authorization_rules": PERMIT_ALL, "access_control_parameters.A": "x"},
        )


@pytest.mark.parametrize(
    "setting", ["issuance_authorization_rules", "additional_authentication_rules"]
)
def test_rules_that_cannot_be_read_are_refused_with_their_place(setting):
    with pytest.raises(BadTrustSetting, match=rf"{setting}: Line 2, column"):
        change_from_text(TrustSettings(), {setting: f"{PERMIT_ALL}\n=> issue("})
    with pytest.raises(BadTrustSetting, match="65536"):
        change_from_text(TrustSettings(), {setting: " " * 65537})


def test_rules_for_all_trusts_are_kept_and_checked(database):
    policy = GlobalPolicy(SqlPolicyStore(database))
    assert policy.additional_rules() == ""

    policy.set_additional_rules(f"\n{OUTSIDE_RULE}\n")
    assert policy.additional_rules() == OUTSIDE_RULE
    for wrong, error in (("=> issue(", Exception), (" " * 65537, BadPolicy)):
        with pytest.raises(error):
            policy.set_additional_rules(wrong)
    assert policy.additional_rules() == OUTSIDE_RULE
    policy.set_additional_rules("")
    assert policy.additional_rules() == ""


@pytest.mark.parametrize(
    ("of_trust", "of_all"),
    [
        ({"issuance_authorization_rules": PERMIT_STAFF}, ""),
        ({"additional_authentication_rules": OUTSIDE_RULE}, ""),
        ({}, OUTSIDE_RULE),
    ],
)
def test_with_any_rule_nothing_is_decided_for_everybody(of_trust, of_all):
    assert decide_for_everybody(TrustSettings(), QUIET) is not None
    rules = AccessRules("never", of_all)
    assert decide_for_everybody(TrustSettings(**of_trust), rules) is None
