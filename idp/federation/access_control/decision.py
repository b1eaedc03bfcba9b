"""Decides access: is the second factor required, and may the user in, each with its reasons.

As in AD FS, the second factor comes first: a user whom the policy will deny may still be asked for
it. docs/access-control.md explains the policies and rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapter.sentences import sentence
from idp.federation.access_control.access_rules import AccessRules
from idp.federation.access_control.global_policy import second_factor_reasons
from idp.federation.access_control.matching import permits
from idp.federation.access_control.policies import PolicyRule
from idp.federation.access_control.rule_sets import (
    FOR_ALL_TRUSTS,
    OF_THE_TRUST,
    authorized_by,
    second_factor_by,
)
from idp.federation.authenticated_user import AuthenticatedUser
from idp.federation.relying_party.settings import TrustSettings

NO_RULE = sentence("no rule permits")
OWN_PAGE = sentence("a page of this server, open to every user")


@dataclass(frozen=True, slots=True)
class Access:
    """A decision; the reasons are sentences for administrators.

    If nothing permits a user, or anything denies the user, ``denied_by`` has a reason.
    """

    permitted_by: tuple[str, ...]
    denied_by: tuple[str, ...]
    second_factor_by: tuple[str, ...]

    @property
    def is_permitted(self) -> bool:
        """Whether the user gets access."""
        return not self.denied_by

    @property
    def requires_second_factor(self) -> bool:
        """Whether the second factor is required."""
        return bool(self.second_factor_by)


NOT_AUTHENTICATED = Access((), (NO_RULE,), ())
"""The decision while nobody is authenticated: no access, and nothing to require yet."""


def decide(settings: TrustSettings, rules: AccessRules, authenticated: AuthenticatedUser) -> Access:
    """Decide access to a trust with these *settings*; a user whom nothing permits is denied.

    The rules for all trusts, the trust's own rules and its policy may each require the second
    factor: one of them is enough.
    """
    parameters, additional = settings.access_control_parameters, rules.additional
    of_trust = settings.additional_authentication_rules
    return _access(
        settings,
        rules,
        [
            (reason, rule)
            for reason, rule in _policy_rules(settings, rules)
            if permits(rule, parameters, authenticated)
        ],
        authorized_by(settings.issuance_authorization_rules, authenticated),
        (
            *second_factor_by(additional, FOR_ALL_TRUSTS, authenticated),
            *second_factor_by(of_trust, OF_THE_TRUST, authenticated),
        ),
    )


def decide_for_everybody(settings: TrustSettings, rules: AccessRules) -> Access | None:
    """Return what :func:`decide` decides for each user, None if it may differ.

    That is so if nothing looks at the user or the request: no rule in AD FS's language, and no
    condition of the trust's policy.
    """
    texts = settings.issuance_authorization_rules, settings.additional_authentication_rules
    of_policy = list(_policy_rules(settings, rules))
    if any((*texts, rules.additional)) or any(_has_conditions(rule) for _, rule in of_policy):
        return None
    return _access(settings, rules, of_policy, ((), ()), ())


def _has_conditions(rule: PolicyRule) -> bool:
    return bool(rule.networks or rule.groups or rule.claims or rule.exceptions)


def _access(
    settings: TrustSettings,
    rules: AccessRules,
    matching: Sequence[tuple[str, PolicyRule]],
    authorized: tuple[tuple[str, ...], tuple[str, ...]],
    asked: tuple[str, ...],
) -> Access:
    """Return the decision by the rules of the policy that match, and by what rules have issued.

    *authorized* are the reasons of issuance authorization rules that permit and that deny, *asked*
    those of additional authentication rules.
    """
    permitted, denied = authorized
    permitted = (*permitted, *(reason for reason, _rule in matching))
    return Access(
        permitted_by=permitted,
        denied_by=denied if permitted or denied else (_nothing_permits(settings, rules),),
        second_factor_by=(
            *_fault_reasons(rules),
            *second_factor_reasons(rules.second_factor, settings),
            *asked,
            *(reason for reason, rule in matching if rule.require_mfa),
        ),
    )


def decide_for_own_page(rules: AccessRules, authenticated: AuthenticatedUser) -> Access:
    """Decide access to a page of this server: every user gets in.

    The rules for all trusts alone say whether the second factor is required, as they do for a
    trust that has no settings of its own.
    """
    return Access(
        permitted_by=(OWN_PAGE,),
        denied_by=(),
        second_factor_by=(
            *_fault_reasons(rules),
            *second_factor_reasons(rules.second_factor, TrustSettings()),
            *second_factor_by(rules.additional, FOR_ALL_TRUSTS, authenticated),
        ),
    )


def policy_reason(number: int, policy: str) -> str:
    """Return what a decision calls a rule of an access control policy."""
    return sentence("rule {number} of the policy {policy}", number=number, policy=repr(policy))


def _fault_reasons(rules: AccessRules) -> Iterator[str]:
    return (sentence("{what} cannot be read", what=fault.what) for fault in rules.faults)


def _nothing_permits(settings: TrustSettings, rules: AccessRules) -> str:
    policy = settings.access_control_policy
    if policy not in rules.unreadable:
        return NO_RULE
    return sentence("the policy {policy} cannot be read", policy=repr(policy))


def _policy_rules(settings: TrustSettings, rules: AccessRules) -> Iterator[tuple[str, PolicyRule]]:
    """Yield the rules of the trust's policy, each with its name.

    A policy that was removed, or whose parameters changed after it was assigned, permits nobody.
    """
    policy = rules.policy(settings.access_control_policy)
    if policy is None or set(policy.parameters) != set(settings.access_control_parameters):
        return
    for number, rule in enumerate(policy.rules, 1):
        yield policy_reason(number, policy.name), rule
