"""The decision: is the second factor asked for, and is the user let in, each with its reasons.

The second factor comes first (facts §D.1): whoever will be denied may still be asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from idp.federation.access_control.built_in import BUILT_IN
from idp.federation.access_control.caller import Caller
from idp.federation.access_control.global_policy import (
    UnreadableGlobalPolicy,
    second_factor_reasons,
)
from idp.federation.access_control.matching import permits
from idp.federation.access_control.policies import (
    AccessControlPolicy,
    Rule,
    UnreadableAccessControlPolicy,
)
from idp.federation.access_control.rule_sets import authorized_by, second_factor_by
from idp.federation.relying_party.settings import TrustSettings

NO_RULE = "no rule permits"


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What holds for all trusts: who is asked for the second factor, and the custom policies.

    ``additional`` are additional authentication rules in AD FS's claim rule language.
    ``unreadable`` are custom policies that permit nobody, since they cannot be read; ``faults`` are
    rules for all trusts that cannot be read: as long as there are any, everybody is asked for the
    second factor.
    """

    second_factor: str
    additional: str = ""
    custom: Mapping[str, AccessControlPolicy] = field(default_factory=dict)
    unreadable: Mapping[str, UnreadableAccessControlPolicy] = field(default_factory=dict)
    faults: tuple[UnreadableGlobalPolicy, ...] = ()

    def policy(self, name: str) -> AccessControlPolicy | None:
        """Return a policy, built-in or custom."""
        return BUILT_IN.get(name) or self.custom.get(name)


@dataclass(frozen=True, slots=True)
class Access:
    """What was decided; the reasons are sentences for administrators.

    Whoever nothing permits, or anything denies, has a reason in ``denied_by``.
    """

    permitted_by: tuple[str, ...]
    denied_by: tuple[str, ...]
    second_factor_by: tuple[str, ...]

    @property
    def is_permitted(self) -> bool:
        """Whether the user is let in."""
        return not self.denied_by

    @property
    def requires_second_factor(self) -> bool:
        """Whether the second factor is asked for."""
        return bool(self.second_factor_by)


def decide(settings: TrustSettings, rules: AccessRules, caller: Caller) -> Access:
    """Decide on *caller* at a trust with these *settings*; where nothing permits, nobody gets in.

    Each of the rules for all trusts, the trust's own and its policy is enough to ask for the
    second factor.
    """
    matching = tuple(_matching(settings, rules, caller))
    permitted, denied = authorized_by(settings.issuance_authorization_rules, caller)
    permitted = (*permitted, *(reason for reason, _rule in matching))
    return Access(
        permitted_by=permitted,
        denied_by=denied if permitted or denied else (_nothing_permits(settings, rules),),
        second_factor_by=(
            *(f"{fault.what} cannot be read" for fault in rules.faults),
            *second_factor_reasons(rules.second_factor, settings),
            *second_factor_by(rules.additional, "for all trusts", caller),
            *second_factor_by(settings.additional_authentication_rules, "of the trust", caller),
            *(reason for reason, rule in matching if rule.require_mfa),
        ),
    )


def _nothing_permits(settings: TrustSettings, rules: AccessRules) -> str:
    policy = settings.access_control_policy
    return f"the policy {policy!r} cannot be read" if policy in rules.unreadable else NO_RULE


def _matching(
    settings: TrustSettings, rules: AccessRules, caller: Caller
) -> Iterator[tuple[str, Rule]]:
    """Yield the rules of the trust's policy that permit, under their names.

    A policy that is gone, or has got other parameters since it was assigned, permits nobody.
    """
    policy = rules.policy(settings.access_control_policy)
    parameters = settings.access_control_parameters
    if policy is None or set(policy.parameters) != set(parameters):
        return
    for number, rule in enumerate(policy.rules, 1):
        if permits(rule, parameters, caller):
            yield f"rule {number} of the policy {policy.name!r}", rule
