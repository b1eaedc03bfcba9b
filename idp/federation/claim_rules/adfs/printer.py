"""Writes rules in AD FS's claim rule language, to use them in an AD FS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from idp.federation.claim_rules import directory_store
from idp.federation.claim_rules.adfs.attribute_stores import (
    OPAQUE,
    OPAQUE_FORMATS,
    PASSWORD_EXPIRATION_TIME,
    PASSWORD_EXPIRY,
    PASSWORD_EXPIRY_ATTRIBUTES,
    TIME_CONDITION,
    USER_CONDITION,
)
from idp.federation.claim_rules.errors import BadRule
from idp.federation.claim_rules.model import (
    TYPE,
    ClaimRule,
    ClaimRules,
    Condition,
    Count,
    Each,
    Exists,
    Issue,
    Operator,
    Part,
    Pass,
    Query,
    Ref,
    Replace,
    Selector,
    Test,
    Text,
    equal,
    join_text,
    make_selector,
)

EXPIRY_CONDITION = Each(make_selector([equal(TYPE, PASSWORD_EXPIRATION_TIME)]))
"""The condition that selects the time at which a password expires."""


def write(rules: ClaimRules) -> str:
    """Return the rules in AD FS's language; a rule with several values becomes several rules.

    Raises :class:`BadRule` for a text with a quotation mark, which the language cannot express.
    """
    return "\n".join(text for rule in rules for text in _rule(rule))


def _rule(rule: ClaimRule) -> Iterator[str]:
    match rule.action:
        case Query() as query if _is_password_expiry(query):
            if not any(map(_finds_the_time, rule.conditions)):
                rule = replace(rule, conditions=(*rule.conditions, EXPIRY_CONDITION))
        case Query():
            rule = replace(rule, conditions=(*rule.conditions, USER_CONDITION))
        case Issue() as issue if opaque := issue.opaque_format:
            name = f"urn:opaque:{opaque.rpartition(':')[2]}"
            yield _opaque(opaque, name)
            opaque_claim = Each(make_selector([equal(TYPE, name)]))
            values = (join_text(Ref(len(rule.conditions))),)
            rule = replace(
                rule,
                conditions=(*rule.conditions, opaque_claim),
                action=replace(issue, values=values),
            )
        case Issue(values=values) as issue if len(values) > 1:
            _must_not_select_its_own_claims(rule, issue)
    names = _names(rule.conditions)
    head = f"@RuleName = {_text(rule.name.replace(chr(34), chr(39)))}\n" if rule.name else ""
    conditions = "\n && ".join(map(_condition, rule.conditions, names))
    for arguments in _arguments(rule, names):
        verb = "issue" if rule.output else "add"
        yield f"{head}{conditions}\n => {verb}({arguments});\n".lstrip("\n")


def _is_password_expiry(query: Query) -> bool:
    names = {name.lower() for _, attributes in query.sources for name in attributes}
    return names <= {*PASSWORD_EXPIRY_ATTRIBUTES} and all(
        type_.rpartition("/")[2].lower() in names for type_, _ in query.sources
    )


def _finds_the_time(condition: Condition) -> bool:
    return isinstance(condition, Each) and condition.selector.types == (PASSWORD_EXPIRATION_TIME,)


def _opaque(format_: str, name: str) -> str:
    kind = next(kind for kind, each in OPAQUE_FORMATS.items() if each == format_)
    user, time = map(_condition, (USER_CONDITION, TIME_CONDITION), ("c1", "c2"))
    return (
        f'{user}\n && {time}\n => add(store = "{OPAQUE}", types = ("{name}"), '
        f'query = "{{0}};{{1}};{{2}};{{3}};{{4}}", param = "{kind}", param = c1.Value, '
        'param = c1.OriginalIssuer, param = "", param = c2.Value);\n'
    )


def _must_not_select_its_own_claims(rule: ClaimRule, issue: Issue) -> None:
    """Raise if a rule for one value would select the claim of the rule for another."""
    types = [condition.selector.types for condition in rule.conditions]
    match issue.type:
        case (str(type_),) if all(selected and type_ not in selected for selected in types):
            return
    if types:
        raise BadRule(
            "A rule with several values selects claims of the type that it issues",
            "Give each value a rule",
        )


def _names(conditions: tuple[Condition, ...]) -> list[str]:
    """Return a name for each condition, empty for one that selects no claim to run for."""
    alone = len(conditions) == 1
    return [
        ("c" if alone else f"c{number}") if isinstance(condition, Each) else ""
        for number, condition in enumerate(conditions, 1)
    ]


def _condition(condition: Condition, name: str) -> str:
    selector = _selector(condition.selector)
    match condition:
        case Each():
            return f"{name}:{selector}"
        case Exists(negated=negated):
            return f"{'not ' if negated else ''}exists({selector})"
        case Count(operator=operator, number=number):
            return f"count({selector}) {operator} {number}"


def _selector(selector: Selector) -> str:
    return f"[{', '.join(text for test in selector.tests for text in _test(test))}]"


def _test(test: Test) -> Iterator[str]:
    part, operator, texts = _part(test.part), test.operator, test.texts
    if len(texts) > 1 and operator is Operator.EQUAL:
        operator, texts = Operator.MATCHES, (f"^({'|'.join(map(re.escape, texts))})$",)
    elif len(texts) > 1 and operator is Operator.MATCHES:
        texts = ("|".join(f"(?:{text})" for text in texts),)
    for text in texts:
        yield f"{part} {operator} {_text(text)}"


def _part(part: Part) -> str:
    return f"Properties[{_text(part.key)}]" if part.name == "property" else part.name.capitalize()


def _arguments(rule: ClaimRule, names: list[str]) -> Iterator[str]:
    match rule.action:
        case Pass():
            yield f"claim = {names[-1]}"
        case Query(sources) as asked:
            pairs = [(type_, name) for type_, attributes in sources for name in attributes]
            types = ", ".join(_text(type_) for type_, _ in pairs)
            if _is_password_expiry(asked):
                at = next(n for n, each in enumerate(rule.conditions) if _finds_the_time(each))
                yield (
                    f'store = "{PASSWORD_EXPIRY}", types = ({types}), query = "{{0}};", '
                    f"param = {names[at]}.Value"
                )
                return
            query = _text(f";{','.join(name for _, name in pairs)};{{0}}")
            yield (
                f"store = {_text(directory_store.NAME)}, types = ({types}), query = {query}, "
                f"param = {names[-1]}.Value"
            )
        case Issue() as issue:
            for value in issue.values:
                yield ", ".join(_assignments(issue, value, names))


def _assignments(issue: Issue, value: Text, names: list[str]) -> Iterator[str]:
    yield f"Type = {_expression(issue.type, names)}"
    if issue.issuer:
        yield f"Issuer = {_expression(issue.issuer, names)}"
    yield f"Value = {_expression(value, names)}"
    for key, text in issue.properties:
        yield f"Properties[{_text(key)}] = {_expression(text, names)}"


def _expression(text: Text, names: list[str]) -> str:
    return " + ".join(_piece(piece, names) for piece in text) or '""'


def _piece(piece: str | Ref | Replace, names: list[str]) -> str:
    match piece:
        case Ref(number, part):
            return f"{names[number]}.{_part(part)}"
        case Replace(source, pattern, replacement):
            written = _expression(source, names)
            return f"RegexReplace({written}, {_text(pattern)}, {_text(replacement)})"
        case _:
            return _text(piece)


def _text(text: str) -> str:
    if '"' in text:
        raise BadRule(
            f"AD FS's language cannot express the quotation mark in {text[:60]!r}",
            "Remove it, or use another character",
        )
    return f'"{text}"'
