"""Access control policies in words: a sentence for each rule, and for each reason of a decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from adapter.sentences import joined, sentence
from idp.federation.access_control.access_rules import AccessRules
from idp.federation.access_control.decision import policy_reason
from idp.federation.access_control.policies import (
    EXTRANET,
    INTRANET,
    ClaimCondition,
    Condition,
    Parameters,
    PolicyRule,
    parameter_of,
)
from idp.federation.access_control.rule_sets import (
    FOR_ALL_TRUSTS,
    OF_THE_TRUST,
    additional_reason,
    authorization_reason,
    rules_of,
)
from idp.federation.claim_rules.adfs.printer import write
from idp.federation.claim_rules.errors import BadRule
from idp.federation.claims import claim_type, short_name
from idp.federation.relying_party.settings import TrustSettings

COMPARISONS = ("equals", "begins_with", "ends_with", "contains")
"""How a claim is compared with a value: the keys of a policy's file."""

_SIDES = {INTRANET: sentence("the intranet"), EXTRANET: sentence("the extranet")}
_NO_PARAMETERS: Parameters = {}


def describe_rule(rule: PolicyRule, parameters: Parameters = _NO_PARAMETERS) -> str:
    """Return what *rule* does, as a sentence.

    *parameters* are the values that a trust gives; one without a value stays as ``{Name}``.
    """
    who = joined(" ", _conditions(rule, parameters))
    permits = sentence("Permit users {who}", who=who) if who else sentence("Permit everyone")
    if rule.require_mfa:
        permits = sentence("{permits} and require the second factor", permits=permits)
    exceptions = (
        sentence("except users {who}", who=joined(" ", _conditions(each, parameters)))
        for each in rule.exceptions
    )
    return sentence("{rule}.", rule=joined(", ", (permits, *exceptions)))


def reason_sentences(settings: TrustSettings, rules: AccessRules) -> dict[str, str]:
    """Return what each rule that can decide at a trust says, by the reason that names it.

    A rule of a policy is a sentence; one of AD FS's claim rule language is its name or its text.
    """
    return dict(_sentences(settings, rules))


def _sentences(settings: TrustSettings, rules: AccessRules) -> Iterator[tuple[str, str]]:
    policy = rules.policy(settings.access_control_policy)
    if policy is not None:
        for number, rule in enumerate(policy.rules, 1):
            says = describe_rule(rule, settings.access_control_parameters)
            yield policy_reason(number, policy.name), says
    for number, text in _texts(settings.issuance_authorization_rules):
        yield authorization_reason(number), text
    for number, text in _texts(rules.additional):
        yield additional_reason(number, FOR_ALL_TRUSTS), text
    for number, text in _texts(settings.additional_authentication_rules):
        yield additional_reason(number, OF_THE_TRUST), text


def _texts(text: str) -> Iterator[tuple[int, str]]:
    """Yield the rules of a text with their numbers; none of a text that cannot be read."""
    try:
        rules = rules_of(text) if text else ()
        for number, rule in enumerate(rules, 1):
            yield number, rule.name or " ".join(write((rule,)).split())
    except BadRule:
        return


def _conditions(condition: Condition, parameters: Parameters) -> Iterator[str]:
    if condition.networks:
        networks = _values(condition.networks, parameters)
        yield sentence("from {networks}", networks=_either([_SIDES.get(n, n) for n in networks]))
    if condition.groups:
        yield sentence(
            "in the group {groups}", groups=_either(_values(condition.groups, parameters))
        )
    if condition.claims:
        yield sentence("whose {claims}", claims=reduce(_both, map(_claim, condition.claims)))


def _claim(claim: ClaimCondition) -> str:
    name = short_name(claim_type(claim.type))
    match claim:
        case ClaimCondition(equals=str(value)):
            return sentence("{name} is “{value}”", name=name, value=value)
        case ClaimCondition(begins_with=str(value)):
            return sentence("{name} begins with “{value}”", name=name, value=value)
        case ClaimCondition(ends_with=str(value)):
            return sentence("{name} ends with “{value}”", name=name, value=value)
        case ClaimCondition(contains=str(value)):
            return sentence("{name} contains “{value}”", name=name, value=value)
    return sentence("{name} is known", name=name)


def _both(first: str, second: str) -> str:
    return sentence("{first} and {second}", first=first, second=second)


def _values(written: Sequence[str], parameters: Parameters) -> list[str]:
    found: list[str] = []
    for value in written:
        found += parameters.get(parameter_of(value) or "", ()) or (value,)
    return found


def _either(values: Sequence[str]) -> str:
    *others, last = values
    return (
        sentence("{others} or {last}", others=joined(", ", others), last=last) if others else last
    )
