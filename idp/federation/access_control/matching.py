"""Does a rule of an access control policy permit somebody? Its conditions and exceptions say."""

from __future__ import annotations

from collections.abc import Iterator

from idp.federation.access_control.caller import Caller
from idp.federation.access_control.policies import (
    EXTRANET,
    INTRANET,
    ClaimCondition,
    Condition,
    Parameters,
    Rule,
    network_of,
    parameter_of,
)
from idp.federation.claims import Claim, claim_type
from idp.federation.request_context import IpAddress, RequestContext, address_of


def permits(rule: Rule, parameters: Parameters, caller: Caller) -> bool:
    """Say whether *rule* permits *caller*: its conditions hold, and no exception does."""
    return _holds(rule, parameters, caller) and not any(
        _holds(each, parameters, caller) for each in rule.exceptions
    )


def _holds(condition: Condition, parameters: Parameters, caller: Caller) -> bool:
    if condition.networks and not _is_from(condition.networks, parameters, caller.request_context):
        return False
    if condition.groups and not _is_in(condition.groups, parameters, caller.user.groups):
        return False
    return all(_is_among(each, caller.claims) for each in condition.claims)


def _is_from(
    networks: tuple[str, ...], parameters: Parameters, request_context: RequestContext
) -> bool:
    side = INTRANET if request_context.inside_corporate_network else EXTRANET
    address = address_of(request_context.user_ip)
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
