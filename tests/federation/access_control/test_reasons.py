"""The reasons of a decision about access: the sentences that administrators read."""

from __future__ import annotations

from dataclasses import replace

from support.clock import NOON
from support.users import SAMPLE_USER

from idp.federation.access_control.access_rules import AccessRules
from idp.federation.access_control.decision import decide, decide_for_own_page
from idp.federation.access_control.global_policy import BY_TRUST, UnreadableGlobalPolicy
from idp.federation.access_control.policies import UnreadableAccessControlPolicy
from idp.federation.access_control.policy_file import read_policy
from idp.federation.authenticated_user import AuthenticatedUser
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.request_context import RequestContext

ASKS = (
    '=> issue(Type = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod"'
    ', Value = "http://schemas.microsoft.com/claims/multipleauthn");'
)
BY_RULE_FOR_ALL = "rule 1 of the additional authentication rules for all trusts"
FAULT = UnreadableGlobalPolicy("The rule for all trusts", "it is damaged", "set it")
POLICY = read_policy(
    "Two rules",
    {"permit": [{"groups": "Board"}, {"groups": "Staff", "require_mfa": True}]},
)


def alice() -> AuthenticatedUser:
    user = replace(SAMPLE_USER, groups=("Staff",))
    return AuthenticatedUser(user, ("urn:password",), NOON, RequestContext("10.1.2.3"))


def settings(policy: str, **others: object) -> TrustSettings:
    return TrustSettings(access_control_policy=policy, **others)


def test_the_rule_of_the_policy_that_permits_is_named_by_its_number():
    access = decide(
        settings("Two rules"), AccessRules("never", custom={"Two rules": POLICY}), alice()
    )

    assert access.permitted_by == ("rule 2 of the policy 'Two rules'",)
    assert access.second_factor_by == ("rule 2 of the policy 'Two rules'",)
    assert access.denied_by == ()


def test_where_nothing_permits_the_reason_says_so():
    assert decide(settings("Gone"), AccessRules("never"), alice()).denied_by == ("no rule permits",)


def test_a_policy_that_cannot_be_read_is_named_as_the_reason():
    unreadable = {"Odd": UnreadableAccessControlPolicy("Odd", "it is damaged")}

    access = decide(settings("Odd"), AccessRules("never", unreadable=unreadable), alice())

    assert access.denied_by == ("the policy 'Odd' cannot be read",)


def test_the_second_factor_is_asked_for_by_what_asks_for_it():
    trust = settings(
        "Permit everyone", second_factor="always", additional_authentication_rules=ASKS
    )

    access = decide(trust, AccessRules("never", ASKS, faults=(FAULT,)), alice())

    by_fault, by_trust, *by_rules = access.second_factor_by
    assert by_fault == "The rule for all trusts cannot be read"
    assert by_trust == BY_TRUST
    assert by_rules == [
        BY_RULE_FOR_ALL,
        "rule 1 of the additional authentication rules of the trust",
    ]


def test_a_page_of_this_server_is_permitted_because_it_is_one():
    access = decide_for_own_page(AccessRules("never", ASKS), alice())

    assert access.permitted_by == ("a page of this server, open to every user",)
    assert access.second_factor_by == (BY_RULE_FOR_ALL,)
