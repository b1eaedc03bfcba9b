"""Access control policies in words: a sentence for each rule, and for each reason of a decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from idp.federation.access_control.decision import AccessRules, policy_reason
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

COMPARISONS = {
    "equals":      "is",
    "begins_with": "begins with",
    "ends_with":   "ends with",
    "contains":    "contains",
}  # fmt: skip
"""How a claim is compared with a value, by the key of a policy's file."""

_SIDES = {INTRANET: "the intranet", EXTRANET: "the extranet"}
_NO_PARAMETERS: Parameters = {}


def describe_rule(rule: PolicyRule, parameters: Parameters = _NO_PARAMETERS) -> str:
    """Return what *rule* does, as a sentence.

    *parameters* are the values that a trust gives; one without a value stays as ``{Name}``.
    """
    who = " ".join(_conditions(rule, parameters))
    exceptions = [
        f"except {' '.join(('users', *_conditions(each, parameters)))}" for each in rule.exceptions
    ]
    mfa = ["and require the second factor"] if rule.require_mfa else []
    permitted = f"Permit users {who}" if who else "Permit everyone"
    return f"{', '.join([' '.join([permitted, *mfa]), *exceptions])}."


def reason_sentences(settings: TrustSettings, rules: AccessRules) -> dict[str, str]:
    """Return what each rule that can decide at a trust says, by the reason that names it.

    A rule of a policy is a sentence; one of AD FS's claim rule language is its name or its text.
    """
    return dict(_sentences(settings, rules))


def _sentences(settings: TrustSettings, rules: AccessRules) -> Iterator[tuple[str, str]]:
    policy = rules.policy(settings.access_control_policy)
    if policy is not None:
        for number, rule in enumerate(policy.rules, 1):
            sentence = describe_rule(rule, settings.access_control_parameters)
            yield policy_reason(number, policy.name), sentence
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
        yield f"from {_either([_SIDES.get(each, each) for each in networks])}"
    if condition.groups:
        yield f"in the group {_either(_values(condition.groups, parameters))}"
    if condition.claims:
        yield f"whose {' and '.join(map(_claim, condition.claims))}"


def _claim(claim: ClaimCondition) -> str:
    name = short_name(claim_type(claim.type))
    for key, words in COMPARISONS.items():
        value = getattr(claim, key)
        if value is not None:
            return f"{name} {words} “{value}”"
    return f"{name} is known"


def _values(written: Sequence[str], parameters: Parameters) -> list[str]:
    found: list[str] = []
    for value in written:
        found += parameters.get(parameter_of(value) or "", ()) or (value,)
    return found


def _either(values: Sequence[str]) -> str:
    *others, last = values
    return f"{', '.join(others)} or {last}" if others else last
