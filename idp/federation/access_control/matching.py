"""Matches the rules of access control policies, with their exceptions, against a user."""

from __future__ import annotations

from collections.abc import Iterator

from adapter.sentences import sentence
from idp.federation.access_control.policies import (
    EXTRANET,
    INTRANET,
    ClaimCondition,
    Condition,
    Parameters,
    PolicyRule,
    network_of,
    parameter_of,
)
from idp.federation.authenticated_user import AuthenticatedUser
from idp.federation.claims import Claim, claim_type, short_name
from idp.federation.request_context import IpAddress, RequestContext, parse_address


def permits(rule: PolicyRule, parameters: Parameters, authenticated: AuthenticatedUser) -> bool:
    """Say whether *rule* permits a user: its conditions hold, and none of its exceptions does."""
    return not why_not(rule, parameters, authenticated)


def why_not(rule: PolicyRule, parameters: Parameters, authenticated: AuthenticatedUser) -> str:
    """Return why *rule* does not permit a user, in words for administrators; empty if it does."""
    unmet = _unmet(rule, parameters, authenticated)
    if unmet:
        return unmet
    for number, exception in enumerate(rule.exceptions, 1):
        if not _unmet(exception, parameters, authenticated):
            return sentence("its exception {number} applies", number=number)
    return ""


def _unmet(condition: Condition, parameters: Parameters, authenticated: AuthenticatedUser) -> str:
    """Return the first condition that does not hold, empty if all do."""
    request_context, groups = authenticated.request_context, authenticated.user.groups
    if condition.networks and not _is_from(condition.networks, parameters, request_context):
        return sentence("the user is not from there")
    if condition.groups and not _is_member(condition.groups, parameters, groups):
        return sentence("the user is not in the group")
    for wanted in condition.claims:
        if not _has_claim(authenticated.claims, wanted):
            name = short_name(claim_type(wanted.type))
            return sentence("the user has no such claim {name}", name=name)
    return ""


def _is_from(
    networks: tuple[str, ...], parameters: Parameters, request_context: RequestContext
) -> bool:
    side = INTRANET if request_context.inside_corporate_network else EXTRANET
    address = parse_address(request_context.user_ip)
    return any(
        network == side if network in (INTRANET, EXTRANET) else _contains(network, address)
        for network in _values(networks, parameters)
    )


def _contains(network: str, address: IpAddress | None) -> bool:
    return address is not None and address in network_of(network)


def _is_member(wanted: tuple[str, ...], parameters: Parameters, groups: tuple[str, ...]) -> bool:
    """Compare the names of groups without regard to case, as a directory does."""
    names = {group.casefold() for group in groups}
    return any(group.casefold() in names for group in _values(wanted, parameters))


def _has_claim(claims: tuple[Claim, ...], condition: ClaimCondition) -> bool:
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
