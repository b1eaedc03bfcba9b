"""Checks that a rule can be evaluated and is within the limits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from idp.federation.claim_rules.errors import BadRule
from idp.federation.claim_rules.model import (
    Action,
    ClaimRule,
    Condition,
    Each,
    Issue,
    Pass,
    Query,
    Ref,
    Replace,
    Test,
    Text,
)
from idp.federation.claim_rules.patterns import compile_pattern

MAX_RULES = 200
MAX_CONDITIONS = 9
"""Templates refer to a condition by one digit."""
MAX_TEXT_LENGTH = 4096
MAX_DEPTH = 5
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}(\([A-Za-z]{1,32}\))?", re.ASCII)


def check(rule: ClaimRule) -> ClaimRule:
    """Return *rule* if it has no fault; raises :class:`BadRule`."""
    if len(rule.conditions) > MAX_CONDITIONS:
        raise BadRule(f"A rule has more than {MAX_CONDITIONS} conditions")
    for condition in rule.conditions:
        for test in condition.selector.tests:
            _check_test(test)
    _check_action(rule.action, rule.conditions)
    for text in _strings(rule):
        if len(text) > MAX_TEXT_LENGTH or any(map(_is_control, text)):
            raise BadRule("A text in a rule is too long, or contains control characters")
    return rule


def _check_test(test: Test) -> None:
    if not test.texts:
        raise BadRule("A condition has no text to compare with", "Give it one")
    for text in test.texts if test.operator.is_pattern else ():
        compile_pattern(text)


def _check_action(action: Action, conditions: tuple[Condition, ...]) -> None:
    match action:
        case Pass() if not conditions or not isinstance(conditions[-1], Each):
            raise BadRule("A claim is passed on that no condition selects")
        case Issue():
            if not action.type or not (action.values or action.opaque_format):
                raise BadRule("A claim has no type, or no value", "Give it both")
            texts = (value for _, value in action.properties)
            for text in (action.type, action.issuer, *action.values, *texts):
                _check_text(text, conditions)
        case Query(sources):
            names = [name for _, attributes in sources for name in attributes]
            if not names or not all(type_ for type_, _ in sources):
                raise BadRule("The directory is asked for no attribute", "Name one")
            for name in names:
                if not _ATTRIBUTE.fullmatch(name):
                    raise BadRule(
                        f"{name[:60]!r} is not the name of an attribute", "Give one like mail"
                    )


def _check_text(text: Text, conditions: tuple[Condition, ...], depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise BadRule(f"Replacements are nested more than {MAX_DEPTH} deep")
    for piece in text:
        match piece:
            case Ref(number):
                condition = conditions[number] if 0 <= number < len(conditions) else None
                if not isinstance(condition, Each):
                    raise BadRule(
                        f"A value refers to condition {number + 1}, which selects no claim",
                        "Refer to a condition that runs the rule for each claim",
                    )
            case Replace(source, pattern):
                compile_pattern(pattern)
                _check_text(source, conditions, depth + 1)


def _is_control(char: str) -> bool:
    return unicodedata.category(char) == "Cc" and char not in "\t\n\r"


def _strings(value: object) -> Iterator[str]:
    """Yield every text in a value, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _strings(each)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _strings(getattr(value, name))
