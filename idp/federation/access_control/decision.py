"""The decision: is the second factor asked for, and is the user let in, each with its reasons.

The second factor comes first (facts §D.1): whoever will be denied may still be asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from idp.federation.access_control.built_in import BUILT_IN
from idp.federation.access_control.policies import (
    EXTRANET,
    INTRANET,
    AccessControlPolicy,
    ClaimCondition,
    Condition,
    Parameters,
    Rule,
    network_of,
    parameter_of,
)
from idp.federation.claims import Claim, Subject, claim_type, identity_claims, method_claims
from idp.federation.policy import second_factor_reasons
from idp.federation.settings import TrustSettings
from idp.federation.whereabouts import IpAddress, Whereabouts, address_of


@dataclass(frozen=True, slots=True)
class Caller:
    """Who wants in: the user, from where, and by which authentication methods so far."""

    user: Subject
    whereabouts: Whereabouts
    methods: tuple[str, ...]

    def claims(self) -> tuple[Claim, ...]:
        """Return all of it as claims."""
        who, how = identity_claims(self.user), method_claims(self.methods)
        return (*who, *how, *self.whereabouts.claims())


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What holds for all trusts: who is asked for the second factor, and the custom policies."""

    second_factor: str
    custom: Mapping[str, AccessControlPolicy] = field(default_factory=dict)

    def policy(self, name: str) -> AccessControlPolicy | None:
        """Return a policy, built-in or custom."""
        return BUILT_IN.get(name) or self.custom.get(name)


@dataclass(frozen=True, slots=True)
class Access:
    """What was decided; the reasons are sentences for administrators, the first one first."""

    permitted_by: tuple[str, ...]
    second_factor_by: tuple[str, ...]

    @property
    def is_permitted(self) -> bool:
        """Whether the user is let in."""
        return bool(self.permitted_by)

    @property
    def requires_second_factor(self) -> bool:
        """Whether the second factor is asked for."""
        return bool(self.second_factor_by)


def decide(settings: TrustSettings, rules: AccessRules, caller: Caller) -> Access:
    """Decide on *caller* at a trust with these *settings*; where nothing permits, nobody gets in.

    Either of the rules for all trusts, the trust's own and its policy is enough to ask for the
    second factor.
    """
    matching = tuple(_matching(settings, rules, caller))
    by_policy = tuple(reason for reason, rule in matching if rule.require_mfa)
    return Access(
        permitted_by=tuple(reason for reason, _rule in matching),
        second_factor_by=(*second_factor_reasons(rules.second_factor, settings), *by_policy),
    )


def _matching(
    settings: TrustSettings, rules: AccessRules, caller: Caller
) -> Iterator[tuple[str, Rule]]:
    """Yield the rules of the trust's policy that permit, under their names.

    A policy that is gone, or has got other parameters since it was assigned, permits nobody.
    """
    policy, parameters = (
        rules.policy(settings.access_control_policy),
        settings.access_control_parameters,
    )
    if policy is None or set(policy.parameters) != set(parameters):
        return
    for number, rule in enumerate(policy.rules, 1):
        if permits(rule, parameters, caller):
            yield f"rule {number} of the policy {policy.name!r}", rule


def permits(rule: Rule, parameters: Parameters, caller: Caller) -> bool:
    """Say whether *rule* permits *caller*: its conditions hold, and no exception does."""
    return _holds(rule, parameters, caller) and not any(
        _holds(each, parameters, caller) for each in rule.exceptions
    )


def _holds(condition: Condition, parameters: Parameters, caller: Caller) -> bool:
    if condition.networks and not _is_from(condition.networks, parameters, caller.whereabouts):
        return False
    if condition.groups and not _is_in(condition.groups, parameters, caller.user.groups):
        return False
    if not condition.claims:
        return True
    claims = caller.claims()
    return all(_is_among(each, claims) for each in condition.claims)


def _is_from(networks: tuple[str, ...], parameters: Parameters, whereabouts: Whereabouts) -> bool:
    side = INTRANET if whereabouts.inside_corporate_network else EXTRANET
    address = address_of(whereabouts.user_ip)
    return any(
        network == side if network in (INTRANET, EXTRANET) else _contains(network, address)
        for network in _values(networks, parameters)
    )


def _contains(network: str, address: IpAddress | None) -> bool:
    return address is not None and address in network_of(network)


def _is_in(wanted: tuple[str, ...], parameters: Parameters, groups: tuple[str, ...]) -> bool:
    """Groups go by their names in letters of any case, as in a directory."""
    names = {group.casefold() for group in groups}
    return any(group.casefold() in names for group in _values(wanted, parameters))


def _is_among(condition: ClaimCondition, claims: tuple[Claim, ...]) -> bool:
    type_ = claim_type(condition.type)
    return any(claim.type == type_ and _has_value(condition, claim.value) for claim in claims)


def _has_value(condition: ClaimCondition, value: str) -> bool:
    if condition.equals is not None:
        return value == condition.equals
    if condition.begins_with is not None:
        return value.startswith(condition.begins_with)
    if condition.ends_with is not None:
        return value.endswith(condition.ends_with)
    return condition.contains is None or condition.contains in value


def _values(written: tuple[str, ...], parameters: Parameters) -> Iterator[str]:
    for value in written:
        name = parameter_of(value)
        if name is None:
            yield value
        else:
            yield from parameters[name]
