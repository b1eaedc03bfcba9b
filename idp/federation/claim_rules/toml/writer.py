"""Writes rules as the tables that :mod:`idp.federation.claim_rules.toml.reader` reads."""

from __future__ import annotations

from typing import Any

from idp.federation.claim_rules.model import (
    ISSUER,
    TYPE,
    VALUE,
    Action,
    ClaimRule,
    ClaimRules,
    Condition,
    Count,
    Each,
    Exists,
    Issue,
    Part,
    Pass,
    Query,
    Test,
    Text,
)
from idp.federation.claim_rules.toml import templates
from idp.federation.claim_rules.toml.reader import ANY, OPERATORS, Table
from idp.federation.claims import FORMAT, NAME_ID_FORMATS, short_name

_FORMATS = {uri: name for name, uri in NAME_ID_FORMATS.items()}


def write(rules: ClaimRules) -> list[Table]:
    """Return the tables of rules."""
    return [_table(rule) for rule in rules]


def _table(rule: ClaimRule) -> Table:
    table: Table = {"name": rule.name} if rule.name else {}
    conditions = rule.conditions
    if isinstance(rule.action, Pass):
        conditions, passed = conditions[:-1], _condition_table(conditions[-1])
        action = {"pass": passed["claim"] if _is_text_alone(passed) else passed}
    else:
        action = _action_table(rule.action)
    if conditions:
        table["when"] = _one_or_list(list(map(_condition_table, conditions)))
    return table | action | ({} if rule.output else {"output": False})


def _is_text_alone(table: Table) -> bool:
    return len(table) == 1 and isinstance(table["claim"], str)


def _action_table(action: Action) -> Table:
    if isinstance(action, Query):
        return {
            "directory": {
                short_name(type_): _one_or_list(list(names)) for type_, names in action.sources
            }
        }
    if not isinstance(action, Issue):
        return {}
    table: Table = {"issue": _format_type(action.type)}
    if action.values:
        table["value"] = _one_or_list(list(map(templates.write, action.values)))
    return table | _properties_table(action) | _issuer_table(action)


def _format_type(text: Text) -> str:
    match text:
        case (str(type_),):
            return templates.write((short_name(type_),))
    return templates.write(text)


def _properties_table(action: Issue) -> Table:
    properties = dict(action.properties)
    table: Table = {}
    match properties.get(FORMAT):
        case (str(uri),) if uri not in NAME_ID_FORMATS:
            table["format"] = _FORMATS.get(uri, uri)
            del properties[FORMAT]
    if properties:
        table["properties"] = {key: templates.write(text) for key, text in properties.items()}
    return table


def _issuer_table(action: Issue) -> Table:
    return {"issuer": templates.write(action.issuer)} if action.issuer else {}


def _condition_table(condition: Condition) -> Table:
    tests = condition.selector.tests
    types = [test for test in tests if test.part == TYPE]
    type_ = _comparison_table(types, short=True) if types else ANY
    match condition:
        case Each():
            table: Table = {"claim": type_}
        case Exists(negated=negated):
            table = {"not_exists" if negated else "exists": type_}
        case Count():
            table = {"count": type_}
    for part in (VALUE, ISSUER):
        if of_part := [test for test in tests if test.part == part]:
            table[part.name] = _comparison_table(of_part)
    if keys := dict.fromkeys(test.part.key for test in tests if test.part.name == "property"):
        table["properties"] = {
            key: _comparison_table([t for t in tests if t.part == Part("property", key)])
            for key in keys
        }
    if isinstance(condition, Count):
        table["is"] = f"{condition.operator} {condition.number}"
    return table


def _comparison_table(tests: list[Test], *, short: bool = False) -> object:
    names = {operator: key for key, operator in OPERATORS.items()}
    table = {}
    for test in tests:
        shorten = short and not test.operator.is_pattern
        texts = [_short(text) if shorten else text for text in test.texts]
        table[names[test.operator]] = _one_or_list(texts)
    return table["is"] if list(table) == ["is"] else table


def _short(type_: str) -> str:
    return f"literal:{type_}" if type_ == ANY else short_name(type_)


def _one_or_list(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
