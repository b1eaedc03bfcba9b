"""Whatever the policy: what a rule or an exception adds never works against its purpose."""

from __future__ import annotations

from dataclasses import replace

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
from idp.federation.access_control.matching import permits
from idp.federation.access_control.policies import (
    AccessControlPolicy,
    ClaimCondition,
    PolicyRule,
    RuleException,
)
from idp.federation.authenticated_user import AuthenticatedUser
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.request_context import RequestContext

PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
OFFICE = RequestContext("10.1.2.3")
HOME = RequestContext("10.0.0.80", ("203.0.113.9",), proxy="wap")


def signed_in(
    user: User = SAMPLE_USER, where: RequestContext = OFFICE, *methods: str
) -> AuthenticatedUser:
    return AuthenticatedUser(user, (PASSWORD, *methods), NOON, where)


names = st.sampled_from(["Staff", "wiki users", "Admins", "Guests"])
networks = st.sampled_from(
    ["intranet", "extranet", "10.0.0.0/8", "10.1.2.3", "203.0.113.0/24", "::/0"]
)
of_claims = st.builds(
    ClaimCondition,
    type=st.sampled_from(["upn", "group", "role"]),
    contains=st.sampled_from(["a", "Staff", "@example.test", None]),
)


def some(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(strategy, min_size=1, max_size=2)


parts = {"networks": some(networks), "groups": some(names), "claims": some(of_claims)}
exceptions = st.one_of(
    *(st.builds(RuleException, **{name: strategy}) for name, strategy in parts.items())
)
conditions = st.one_of(
    st.just({}), *(st.fixed_dictionaries({name: strategy}) for name, strategy in parts.items())
)
rules = st.builds(
    lambda condition, unless, mfa: PolicyRule(
        **condition, **({"exceptions": unless} if unless else {}), require_mfa=mfa
    ),
    conditions,
    st.lists(exceptions, max_size=2).map(tuple),
    st.booleans(),
)
users = st.builds(
    signed_in,
    st.builds(
        lambda groups: replace(SAMPLE_USER, groups=tuple(groups)), st.lists(names, max_size=3)
    ),
    st.sampled_from(
        [OFFICE, HOME, RequestContext(""), RequestContext("10.0.0.80", (), proxy="wap")]
    ),
)


def access(of_rules: list[PolicyRule], who: AuthenticatedUser):
    policy = AccessControlPolicy.model_validate({"name": "P", "rules": tuple(of_rules)})
    rules = AccessRules("never", custom={"P": policy})
    return decide(TrustSettings(access_control_policy="P"), rules, who)


@given(st.lists(rules, min_size=1, max_size=4), rules, users)
def test_another_rule_never_takes_a_permit_or_a_demand_away(some_rules, another, who):
    before, after = access(some_rules, who), access([*some_rules, another], who)

    assert set(before.permitted_by) <= set(after.permitted_by)
    assert set(before.second_factor_by) <= set(after.second_factor_by)


@given(rules, exceptions, users)
def test_another_exception_never_gives_a_permit(of_rule, another, who):
    stricter = of_rule.model_copy(update={"exceptions": (*of_rule.exceptions, another)})

    assert permits(stricter, {}, who) <= permits(of_rule, {}, who)


@given(st.lists(rules, min_size=1, max_size=4), users)
def test_a_user_is_permitted_exactly_where_a_rule_permits(some_rules, who):
    decided = access(some_rules, who)

    assert decided.is_permitted == any(permits(each, {}, who) for each in some_rules)
    assert decided.requires_second_factor == any(
        each.require_mfa and permits(each, {}, who) for each in some_rules
    )


@given(conditions.filter(bool), users)
def test_a_rule_with_an_exception_of_the_same_conditions_permits_nobody(condition, who):
    unless = RuleException(**condition)
    cancelled = PolicyRule.model_validate({**condition, "exceptions": (unless,)})

    assert not permits(cancelled, {}, who)


@given(
    st.lists(rules, min_size=1, max_size=3), st.sampled_from(["default", "always", "never"]), users
)
def test_what_is_decided_for_everybody_is_decided_for_each_user(some_rules, for_all, who):
    policy = AccessControlPolicy.model_validate({"name": "P", "rules": tuple(some_rules)})
    for name in ("P", "Gone", "Permit everyone and require MFA"):
        settings = TrustSettings(access_control_policy=name)
        of_all = AccessRules(for_all, custom={"P": policy})
        assert decide_for_everybody(settings, of_all) in (None, decide(settings, of_all, who))


@given(rules)
def test_nothing_is_decided_for_everybody_by_a_rule_with_a_condition(rule):
    policy = AccessControlPolicy.model_validate({"name": "P", "rules": (rule,)})
    settings = TrustSettings(access_control_policy="P")
    decided = decide_for_everybody(settings, AccessRules("never", custom={"P": policy}))
    assert (decided is None) == bool(rule.networks or rule.groups or rule.claims or rule.exceptions)
