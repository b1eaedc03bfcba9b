"""Access control policies: rules that permit access, each with conditions and exceptions.

The model is that of AD FS (``New-AdfsAccessControlPolicy``): a user gets access if at least one
rule permits it. All conditions of a rule must hold, and one exception that holds cancels it.
``{Name}`` among networks or groups is a parameter: each trust that has the policy gives it values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from adapter.errors import TallystickError
from adapter.sentences import sentence

INTRANET, EXTRANET = "intranet", "extranet"
MAX_RULES = 64
MAX_VALUES = 256
MAX_NAME_LENGTH = 128

Parameters = Mapping[str, tuple[str, ...]]
"""The values that a trust gives to the parameters of its policy, by name."""

_MAPPED = IPv6Network("::ffff:0:0/96")
_PARAMETER = re.compile(r"\{([A-Za-z][A-Za-z0-9_]{0,62})\}")


class BadAccessControlPolicy(TallystickError):
    """Raised for a policy with a fault, or one that cannot be changed, removed or assigned.

    ``faults`` says what is wrong by the place in the policy, like ``permit.0.networks``, or by the
    setting of the trust, like ``access_control_parameters.GroupParameter``; empty for a fault that
    is about no single value.
    """

    code = "bad_access_control_policy"

    def __init__(
        self, problem: str, remedy: str, *, faults: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(problem, remedy)
        self.faults = dict(faults or {})


class UnreadableAccessControlPolicy(BadAccessControlPolicy):
    """A policy whose stored row cannot be read: it is damaged, or a newer version wrote it.

    Such a policy permits nobody. The error takes the place of the policy in lists.
    """

    code = "unreadable_policy"

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(
            f"The access control policy {name!r} cannot be read from the database: {fault}",
            "Upgrade this node if another one runs a newer version; else set the policy again "
            "(tallystick access set), or remove it (tallystick access remove)",
        )
        self.name = name


def parameter_of(value: str) -> str | None:
    """Return the name of the parameter in *value*, None if it is a plain value."""
    found = _PARAMETER.fullmatch(value)
    return found[1] if found else None


@lru_cache(maxsize=1024)
def network_of(text: str) -> IPv4Network | IPv6Network:
    """Return the range of addresses in *text*; raises :class:`ValueError`."""
    return ip_network(text)


def check_network(value: str) -> str:
    """Return *value*; raises :class:`ValueError` if it is no side, range or parameter."""
    if value in (INTRANET, EXTRANET) or parameter_of(value):
        return value
    try:
        network = network_of(value)
    except ValueError:
        raise ValueError(
            f"{value[:80]!r} is not a network: give {INTRANET}, {EXTRANET}, an address, or a range "
            "like 10.0.0.0/8"
        ) from None
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        raise ValueError(f"{value!r} would never match: write the IPv4 address in it")
    return value


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("it contains characters that cannot be displayed")
    return value


def _some(value: object) -> object:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (list, tuple)) and not value:
        raise ValueError("give at least one, or leave it out")
    return value


Text = Annotated[str, StringConstraints(min_length=1, max_length=512), AfterValidator(_printable)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME_LENGTH),
    AfterValidator(_printable),
]
Network = Annotated[Text, AfterValidator(check_network)]
Some = BeforeValidator(_some)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ClaimCondition(_Part):
    """The user has a claim of this type, with a value like the given one if one is given.

    ``type`` is a claim type or its short name. Values are case-sensitive.
    """

    type: Text
    equals: Text | None = None
    begins_with: Text | None = None
    ends_with: Text | None = None
    contains: Text | None = None

    @model_validator(mode="after")
    def _asks_for_one_thing(self) -> Self:
        asked = (self.equals, self.begins_with, self.ends_with, self.contains)
        if sum(each is not None for each in asked) > 1:
            raise ValueError("give one of equals, begins_with, ends_with, contains")
        return self


class Condition(_Part):
    """Conditions that must all hold; a condition that is left out always holds.

    ``networks`` and ``groups``: one of them must match. ``claims``: all of them must.
    """

    networks: Annotated[tuple[Network, ...], Some] = Field(default=(), max_length=MAX_VALUES)
    groups: Annotated[tuple[Text, ...], Some] = Field(default=(), max_length=MAX_VALUES)
    claims: Annotated[tuple[ClaimCondition, ...], Some] = Field(default=(), max_length=MAX_VALUES)


class RuleException(Condition):
    """Conditions that cancel a rule if they hold."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if not (self.networks or self.groups or self.claims):
            raise ValueError("an exception without a condition would always cancel the rule")
        return self


class PolicyRule(Condition):
    """Permits those for whom its conditions hold and none of its exceptions does."""

    exceptions: Annotated[tuple[RuleException, ...], Some] = Field(
        default=(), alias="except", max_length=MAX_RULES
    )
    require_mfa: bool = False


class AccessControlPolicy(_Part):
    """A named policy; ``rules`` are the tables ``[[permit]]`` of its file."""

    name: Name
    description: Text | Literal[""] = ""
    rules: Annotated[tuple[PolicyRule, ...], Some] = Field(alias="permit", max_length=MAX_RULES)

    @cached_property
    def parameters(self) -> dict[str, str]:
        """What each parameter stands for, ``networks`` or ``groups``, by name."""
        return dict(_parameters(self.rules))

    @model_validator(mode="after")
    def _parameters_hold_one_thing(self) -> Self:
        kinds = set(_parameters(self.rules))
        if len(kinds) != len(dict(kinds)):
            raise ValueError("a parameter stands for networks or for groups, not for both")
        return self

    def check(self, given: Parameters) -> None:
        """Raise :class:`BadAccessControlPolicy` if *given* does not match the parameters."""
        wanted = self.parameters
        if set(given) != set(wanted):
            names = ", ".join(wanted) or "none"
            raise BadAccessControlPolicy(
                sentence(
                    "The policy {policy} has other parameters than those given: {names}",
                    policy=repr(self.name),
                    names=names,
                ),
                sentence(
                    "Set each of them with access_control_parameters.NAME=VALUE, and no others"
                ),
                faults={_place(name): _wish(wanted[name]) for name in wanted if name not in given},
            )
        for name, values in given.items():
            _check_values(name, wanted[name], values)


def _parameters(rules: tuple[PolicyRule, ...]) -> Iterator[tuple[str, str]]:
    conditions: tuple[Condition, ...] = (
        *rules,
        *(each for rule in rules for each in rule.exceptions),
    )
    for condition in conditions:
        for kind, values in (("networks", condition.networks), ("groups", condition.groups)):
            for name in filter(None, map(parameter_of, values)):
                yield name, kind


def _wish(kind: str) -> str:
    return sentence("Give networks") if kind == "networks" else sentence("Give groups")


def _place(parameter: str) -> str:
    return f"access_control_parameters.{parameter}"


def _check_values(name: str, kind: str, values: tuple[str, ...]) -> None:
    if not values or any(not value or parameter_of(value) for value in values):
        raise BadAccessControlPolicy(
            sentence("The parameter {name} has no value", name=name),
            sentence("Give it networks") if kind == "networks" else sentence("Give it groups"),
            faults={_place(name): _wish(kind)},
        )
    if len(values) > MAX_VALUES:
        fault, remedy = f"has {len(values)} values", f"Give at most {MAX_VALUES}"
        raise BadAccessControlPolicy(
            f"The parameter {name} {fault}", remedy, faults={_place(name): remedy}
        )
    try:
        for value in values if kind == "networks" else ():
            check_network(value)
    except ValueError as error:
        raise BadAccessControlPolicy(
            f"Wrong parameter {name}", str(error), faults={_place(name): str(error)}
        ) from None
