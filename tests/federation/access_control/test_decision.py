"""Who gets in, and who is asked for the second factor: by policies, and by rules for all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.clock import NOON
from support.users import SAMPLE_USER

from idp.directory import User
from idp.federation.access_control.access_rules import AccessRules
from idp.federation.access_control.built_in import BUILT_IN
from idp.federation.access_control.decision import decide, decide_for_own_page
from idp.federation.access_control.global_policy import UnreadableGlobalPolicy
from idp.federation.access_control.matching import permits
from idp.federation.access_control.policies import (
    PolicyRule,
)
from idp.federation.access_control.policy_file import read_policy
from idp.federation.authenticated_user import AuthenticatedUser
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.request_context import RequestContext

PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
MFA = "http://schemas.microsoft.com/claims/multipleauthn"
OTHER_USER = replace(SAMPLE_USER, upn="bob@example.test", groups=())
OFFICE = RequestContext("10.1.2.3")
HOME = RequestContext("10.0.0.80", ("203.0.113.9",), proxy="wap")
QUIET = AccessRules("never")


def signed_in(
    user: User = SAMPLE_USER, where: RequestContext = OFFICE, *methods: str
) -> AuthenticatedUser:
    return AuthenticatedUser(user, (PASSWORD, *methods), NOON, where)


def outcome(
    policy: str, who: AuthenticatedUser, rules: AccessRules = QUIET, **settings: object
) -> str:
    trust = TrustSettings(access_control_policy=policy, **settings)
    access = decide(trust, rules, who)
    asked = "mfa, " if access.requires_second_factor else ""
    return asked + ("in" if access.is_permitted else "denied")


STAFF = {"access_control_parameters": {"GroupParameter": ["staff", "Friends"]}}


@pytest.mark.parametrize(
    ("policy", "settings", "alice_office", "alice_home", "bob_office", "bob_home"),
    [
        ("Permit everyone", {},
         "in", "in", "in", "in"),
        ("Permit everyone and require MFA", {},
         "mfa, in", "mfa, in", "mfa, in", "mfa, in"),
        ("Permit everyone and require MFA for specific group", STAFF,
         "mfa, in", "mfa, in", "in", "in"),
        ("Permit everyone and require MFA from extranet access", {},
         "in", "mfa, in", "in", "mfa, in"),
        ("Permit everyone and require MFA from unauthenticated devices", {},
         "mfa, in", "mfa, in", "mfa, in", "mfa, in"),
        ("Permit everyone and require MFA, allow automatic device registration", {},
         "mfa, in", "mfa, in", "mfa, in", "mfa, in"),
        ("Permit everyone for intranet access", {},
         "in", "denied", "in", "denied"),
        ("Permit specific group", STAFF,
         "in", "in", "denied", "denied"),
    ],
)  # fmt: skip
def test_every_built_in_policy_does_what_its_name_says(
    policy, settings, alice_office, alice_home, bob_office, bob_home
):
    expected = (alice_office, alice_home, bob_office, bob_home)
    users = (
        signed_in(user, where) for user in (SAMPLE_USER, OTHER_USER) for where in (OFFICE, HOME)
    )

    assert tuple(outcome(policy, each, **settings) for each in users) == expected


def test_all_eight_built_in_policies_are_in_the_table():
    assert len(BUILT_IN) == 8


def test_a_policy_that_is_gone_permits_nobody():
    assert outcome("Gone", signed_in()) == "denied"
    assert outcome("", signed_in()) == "denied"


@pytest.mark.parametrize("given", [{}, {"Other": ["Staff"]}, {**STAFF, "Other": ["Staff"]}])
def test_a_policy_without_its_parameters_permits_nobody(given):
    settings = (
        {"access_control_parameters": given}
        if given != {**STAFF, "Other": ["Staff"]}
        else {"access_control_parameters": {"GroupParameter": ["Staff"], "Other": ["Staff"]}}
    )
    assert outcome("Permit specific group", signed_in(), **settings) == "denied"


@pytest.mark.parametrize(
    ("of_all", "own", "policy", "asked"),
    [
        ("never", "global", "Permit everyone", False),
        ("never", "always", "Permit everyone", True),
        ("always", "never", "Permit everyone", True),
        ("default", "global", "Permit everyone", True),
        ("default", "never", "Permit everyone", False),
        ("default", "never", "Permit everyone and require MFA", True),
        ("never", "never", "Permit everyone and require MFA", True),
    ],
)
def test_any_rule_that_asks_for_the_second_factor_is_enough(of_all, own, policy, asked):
    trust = TrustSettings(access_control_policy=policy, second_factor=own)

    assert decide(trust, AccessRules(of_all), signed_in()).requires_second_factor is asked


def test_a_user_who_will_be_denied_is_still_asked_for_the_second_factor():
    assert outcome(
        "Permit specific group", signed_in(OTHER_USER), AccessRules("always"), **STAFF
    ) == ("mfa, denied")


ASKS_OUTSIDE = (
    'c:[Type == "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork", '
    'Value == "false"] => issue(Type = '
    '"http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod", '
    f'Value = "{MFA}");'
)


@pytest.mark.parametrize(
    ("of_all", "rules", "where", "asked"),
    [
        ("never", "", OFFICE, False),
        ("always", "", OFFICE, True),
        ("default", "", OFFICE, True),
        ("never", ASKS_OUTSIDE, OFFICE, False),
        ("never", ASKS_OUTSIDE, HOME, True),
    ],
)
def test_a_page_of_our_own_is_open_to_all_and_asks_for_what_all_trusts_ask_for(
    of_all, rules, where, asked
):
    access = decide_for_own_page(AccessRules(of_all, rules), signed_in(OTHER_USER, where))

    assert access.is_permitted
    assert access.requires_second_factor is asked


def test_a_rule_for_all_trusts_that_cannot_be_read_asks_on_the_way_to_our_own_page_too():
    fault = UnreadableGlobalPolicy("the rule for all trusts", "it is damaged", "set it again")

    access = decide_for_own_page(AccessRules("never", faults=(fault,)), signed_in(OTHER_USER))

    assert (access.is_permitted, access.requires_second_factor) == (True, True)


def rule(**conditions: object) -> PolicyRule:
    return read_policy("P", {"permit": [conditions]}).rules[0]


@pytest.mark.parametrize(
    ("conditions", "where", "permitted"),
    [
        ({"networks": "intranet"}, OFFICE, True),
        ({"networks": "intranet"}, HOME, False),
        ({"networks": "extranet"}, OFFICE, False),
        ({"networks": "extranet"}, HOME, True),
        ({"networks": "10.0.0.0/8"}, OFFICE, True),
        ({"networks": "10.0.0.0/8"}, HOME, False),  # the proxy's address is in it, the user's not
        ({"networks": "203.0.113.9"}, HOME, True),
        ({"networks": ["10.9.0.0/16", "203.0.113.0/24"]}, HOME, True),
        ({"networks": "::/0"}, OFFICE, False),
        ({"networks": "2001:db8::/32"}, RequestContext("2001:db8::7"), True),
        ({"networks": "0.0.0.0/0"}, RequestContext("10.0.0.80", (), proxy="wap"), False),
        ({"networks": "0.0.0.0/0"}, RequestContext(""), False),
        ({"networks": "192.0.2.1"}, RequestContext("10.0.0.80", ("192.0.2.1", "::1"), "w"), False),
    ],
)  # fmt: skip
def test_a_network_is_a_side_or_a_range_that_holds_the_users_own_address(
    conditions, where, permitted
):
    assert permits(rule(**conditions), {}, signed_in(SAMPLE_USER, where)) is permitted


@pytest.mark.parametrize(
    ("claim", "permitted"),
    [
        ({"type": "upn"}, True),
        ({"type": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"}, True),
        ({"type": "upn", "equals": "alice@example.test"}, True),
        ({"type": "upn", "equals": "ALICE@example.test"}, False),
        ({"type": "upn", "begins_with": "alice@"}, True),
        ({"type": "upn", "ends_with": "@example.test"}, True),
        ({"type": "upn", "ends_with": "@other.test"}, False),
        ({"type": "group", "contains": "Wiki"}, True),
        ({"type": "group", "contains": "wiki"}, False),
        ({"type": "role"}, False),
        ({"type": "insidecorporatenetwork", "equals": "true"}, True),
        ({"type": "authnmethodsreferences", "equals": MFA}, False),
    ],
)
def test_a_claim_is_compared_letter_by_letter(claim, permitted):
    assert permits(rule(claims=[claim]), {}, signed_in()) is permitted


def test_the_second_factor_is_a_claim_once_the_user_has_given_it():
    asks = [{"type": "authnmethodsreferences", "equals": MFA}]

    assert permits(rule(claims=asks), {}, signed_in(SAMPLE_USER, OFFICE, MFA))


def test_all_conditions_of_a_rule_must_hold_and_any_exception_cancels_it():
    staff_inside = {"networks": "intranet", "groups": "STAFF"}

    assert permits(rule(**staff_inside), {}, signed_in())
    assert not permits(rule(**staff_inside), {}, signed_in(OTHER_USER))
    assert not permits(rule(**staff_inside), {}, signed_in(SAMPLE_USER, HOME))
    for exception in ({"groups": "wiki users"}, {"networks": "10.1.0.0/16"}):
        both = [exception, {"groups": "Nobody"}]
        assert not permits(rule(**staff_inside, **{"except": both}), {}, signed_in())
    unfit = [{"groups": "staff", "networks": "extranet"}]
    assert permits(rule(**staff_inside, **{"except": unfit}), {}, signed_in())
