"""An access control policy as a form, and the values that a posted form holds.

A rule has the fields ``rule-N-who``, ``-networks``, ``-groups``, ``-claims``, ``-mfa`` and
``-gone``; its exceptions ``rule-N-except-M-networks`` and so on. Networks, groups and claims have
one on each line, a claim as ``TYPE``, or as ``TYPE ends_with VALUE``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.sentences import sentence
from idp.admin.form_lines import lines_of
from idp.federation.access_control.policies import AccessControlPolicy, BadAccessControlPolicy
from idp.federation.access_control.policy_file import read_policy
from idp.federation.access_control.words import COMPARISONS

if TYPE_CHECKING:
    from idp.federation.access_control.policies import ClaimCondition, Condition

EVERYONE, SOME = "everyone", "some"
PARTS = ("networks", "groups", "claims")
_RULE = re.compile(r"rule-([0-9]{1,3})-who").fullmatch
_EXCEPTION = re.compile(r"rule-([0-9]{1,3})-except-([0-9]{1,3})-[a-z]+").fullmatch


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """The texts of a condition; each has one value on a line."""

    networks: str = ""
    groups: str = ""
    claims: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is typed."""
        return not (self.networks.strip() or self.groups.strip() or self.claims.strip())


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule of the form."""

    condition: ConditionRow = ConditionRow()
    who: str = SOME
    require_mfa: bool = False
    exceptions: tuple[ConditionRow, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyForm:
    """A policy as its form shows it."""

    name: str = ""
    description: str = ""
    rules: tuple[RuleRow, ...] = (RuleRow(),)

    def policy(self) -> AccessControlPolicy:
        """Return the policy; raises :class:`BadAccessControlPolicy` with the faults by place."""
        faults = dict(self._own_faults())
        rules = [_rule_values(rule) for rule in self.rules]
        values = {"description": self.description, "permit": rules}
        try:
            policy = read_policy(self.name, values)
        except BadAccessControlPolicy as error:
            raise BadAccessControlPolicy(
                error.problem, error.remedy, faults={**error.faults, **faults}
            ) from None
        if faults:
            raise BadAccessControlPolicy(
                sentence("Wrong policy {name}", name=repr(self.name)),
                sentence("Correct the fields"),
                faults=faults,
            )
        return policy

    def _own_faults(self) -> Iterator[tuple[str, str]]:
        """Yield what only a form can have wrong: no condition, and lines that are no claims."""
        for number, rule in enumerate(self.rules):
            if rule.who == SOME and rule.condition.is_empty:
                fault = sentence("Give a network, a group or a claim, or choose everyone")
                yield f"permit.{number}.networks", fault
            for place, row in _conditions(number, rule):
                for line, text in enumerate(lines_of(row.claims), 1):
                    if _claim_values(text) is None:
                        yield f"{place}.claims", _claim_fault(line)


def form_of(policy: AccessControlPolicy, name: str) -> PolicyForm:
    """Return the form of *policy*, which is to be stored as *name*."""
    return PolicyForm(
        name=name,
        description=policy.description,
        rules=tuple(
            RuleRow(
                condition=_row(rule),
                who=SOME if rule.networks or rule.groups or rule.claims else EVERYONE,
                require_mfa=rule.require_mfa,
                exceptions=tuple(map(_row, rule.exceptions)),
            )
            for rule in policy.rules
        ),
    )


def is_shown_whole(policy: AccessControlPolicy) -> bool:
    """Say whether the form can hold *policy*: what it cannot show, it would change."""
    try:
        return form_of(policy, policy.name).policy() == policy
    except BadAccessControlPolicy:
        return False


def read_form(form: Mapping[str, str]) -> PolicyForm:
    """Return the posted form; removed rules and empty exceptions are left out."""
    numbers = sorted(int(found[1]) for name in form if (found := _RULE(name)))
    rules = [_posted_rule(form, each) for each in numbers if f"rule-{each}-gone" not in form]
    return PolicyForm(
        name=form.get("name", "").strip(),
        description=form.get("description", "").strip(),
        rules=tuple(rules),
    )


def field_of(place: str) -> str:
    """Return the field for a place in the policy, like ``rule-0-networks``."""
    match place.split("."):
        case ["permit", rule, "except", exception, *part]:
            return f"rule-{rule}-except-{exception}-{part[0] if part else 'networks'}"
        case ["permit", rule, *part]:
            return f"rule-{rule}-{part[0] if part else 'networks'}"
        case ["name" | "description" as name]:
            return name
    return "rules"


def _posted_rule(form: Mapping[str, str], number: int) -> RuleRow:
    prefix = f"rule-{number}"
    found = (_EXCEPTION(name) for name in form)
    exceptions = sorted({int(each[2]) for each in found if each and int(each[1]) == number})
    rows = (_posted_row(form, f"{prefix}-except-{each}") for each in exceptions)
    is_everyone = form.get(f"{prefix}-who") == EVERYONE
    return RuleRow(
        condition=_posted_row(form, prefix),
        who=EVERYONE if is_everyone else SOME,
        require_mfa=f"{prefix}-mfa" in form,
        exceptions=tuple(row for row in rows if not row.is_empty),
    )


def _posted_row(form: Mapping[str, str], prefix: str) -> ConditionRow:
    texts = (form.get(f"{prefix}-{part}", "").replace("\r\n", "\n") for part in PARTS)
    return ConditionRow(*texts)


def _rule_values(rule: RuleRow) -> dict[str, Any]:
    values = {} if rule.who == EVERYONE else _condition_values(rule.condition)
    if rule.require_mfa:
        values["require_mfa"] = True
    if rule.exceptions:
        values["except"] = [_condition_values(each) for each in rule.exceptions]
    return values


def _condition_values(row: ConditionRow) -> dict[str, Any]:
    claims = [_claim_values(line) or {"type": line} for line in lines_of(row.claims)]
    values = {"networks": lines_of(row.networks), "groups": lines_of(row.groups), "claims": claims}
    return {name: given for name, given in values.items() if given}


def _claim_values(line: str) -> dict[str, str] | None:
    """Return the condition in a line like ``emailaddress ends_with @example.test``."""
    match line.split(maxsplit=2):
        case [type_]:
            return {"type": type_}
        case [type_, comparison, value] if comparison in COMPARISONS:
            return {"type": type_, comparison: value}
    return None


def _claim_fault(line: int) -> str:
    return sentence(
        "Line {line}: write TYPE, or TYPE {comparisons} VALUE",
        line=line,
        comparisons="|".join(COMPARISONS),
    )


def _conditions(number: int, rule: RuleRow) -> Iterator[tuple[str, ConditionRow]]:
    if rule.who == SOME:
        yield f"permit.{number}", rule.condition
    for index, row in enumerate(rule.exceptions):
        yield f"permit.{number}.except.{index}", row


def _row(condition: Condition) -> ConditionRow:
    return ConditionRow(
        "\n".join(condition.networks),
        "\n".join(condition.groups),
        "\n".join(map(_claim_line, condition.claims)),
    )


def _claim_line(claim: ClaimCondition) -> str:
    for key in COMPARISONS:
        value = getattr(claim, key)
        if value is not None:
            return f"{claim.type} {key} {value}"
    return claim.type
