"""Rules written in AD FS's claim rule language, to be taken to an AD FS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from idp.federation.claim_rules import directory_store
from idp.federation.claim_rules.adfs.attribute_stores import (
    OPAQUE,
    OPAQUE_FORMATS,
    THE_TIME,
    THE_USER,
)
from idp.federation.claim_rules.errors import BadRule
from idp.federation.claim_rules.model import (
    TYPE,
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
    Rule,
    Rules,
    Selector,
    Test,
    Text,
    equal,
    selector_of,
    text_of,
)


def write(rules: Rules) -> str:
    """Return the rules as AD FS takes them; several values make several rules.

    Raises :class:`BadRule` for a text with a quotation mark, which the language cannot hold.
    """
    return "\n".join(text for rule in rules for text in _rule(rule))


def _rule(rule: Rule) -> Iterator[str]:
    match rule.action:
        case Query():
            rule = replace(rule, conditions=(*rule.conditions, THE_USER))
        case Issue() as issue if opaque := issue.opaque_format:
            name = f"urn:opaque:{opaque.rpartition(':')[2]}"
            yield _opaque(opaque, name)
            found = Each(selector_of([equal(TYPE, name)]))
            values = (text_of(Ref(len(rule.conditions))),)
            rule = replace(
                rule,
                conditions=(*rule.conditions, found),
                action=replace(issue, values=values),
            )
        case Issue(values=values) as issue if len(values) > 1:
            _must_not_find_its_own(rule, issue)
    names = _names(rule.conditions)
    head = f"@RuleName = {_text(rule.name.replace(chr(34), chr(39)))}\n" if rule.name else ""
    said = "\n && ".join(map(_condition, rule.conditions, names))
    for arguments in _arguments(rule, names):
        verb = "issue" if rule.output else "add"
        yield f"{head}{said}\n => {verb}({arguments});\n".lstrip("\n")


def _opaque(format_: str, name: str) -> str:
    kind = next(kind for kind, each in OPAQUE_FORMATS.items() if each == format_)
    user, time = map(_condition, (THE_USER, THE_TIME), ("c1", "c2"))
    return (
        f'{user}\n && {time}\n => add(store = "{OPAQUE}", types = ("{name}"), '
        f'query = "{{0}};{{1}};{{2}};{{3}};{{4}}", param = "{kind}", param = c1.Value, '
        'param = c1.OriginalIssuer, param = "", param = c2.Value);\n'
    )


def _must_not_find_its_own(rule: Rule, issue: Issue) -> None:
    """A rule for each value must not find what the rule before it has made."""
    types = [condition.selector.types for condition in rule.conditions]
    match issue.type:
        case (str(type_),) if all(found and type_ not in found for found in types):
            return
    if types:
        raise BadRule(
            "A rule with several values finds claims of the type that it issues",
            "Give each value a rule",
        )


def _names(conditions: tuple[Condition, ...]) -> list[str]:
    """Return a name for each condition, empty where it finds no claim."""
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
    return f"[{', '.join(said for test in selector.tests for said in _test(test))}]"


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


def _arguments(rule: Rule, names: list[str]) -> Iterator[str]:
    match rule.action:
        case Pass():
            yield f"claim = {names[-1]}"
        case Query(sources):
            pairs = [(type_, name) for type_, found in sources for name in found]
            types = ", ".join(_text(type_) for type_, _ in pairs)
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
            said = _expression(source, names)
            return f"RegexReplace({said}, {_text(pattern)}, {_text(replacement)})"
        case _:
            return _text(piece)


def _text(text: str) -> str:
    if '"' in text:
        raise BadRule(
            f"AD FS's rules have no quotation mark inside a text, as in {text[:60]!r}",
            "Take it out, or write it as another character",
        )
    return f'"{text}"'
