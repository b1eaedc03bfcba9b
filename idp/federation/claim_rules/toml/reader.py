"""Reads claim rules from tables in TOML or JSON: what administrators write and what is stored.

Each rule has exactly one table, and each table one rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from idp import toml_reading
from idp.federation.claim_rules.errors import BadRule
from idp.federation.claim_rules.model import (
    COUNTS,
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
    Operator,
    Part,
    Pass,
    Test,
    Text,
    join_text,
    make_query,
    make_selector,
    sort_properties,
)
from idp.federation.claim_rules.toml import templates
from idp.federation.claim_rules.validation import MAX_RULES, check
from idp.federation.claims import FORMAT, NAME_ID_FORMATS, claim_type

KEY = "claim_rules"
"""The name of the list in a trust's file and in its settings."""

ADFS_KEY = "issuance_transform_rules"
"""AD FS's name of the list (``Set-AdfsRelyingPartyTrust -IssuanceTransformRules``), also read."""

ANY = "*"
"""Stands for every claim type."""

OPERATORS = {
    "is":          Operator.EQUAL,
    "not":         Operator.NOT_EQUAL,
    "matches":     Operator.MATCHES,
    "not_matches": Operator.NOT_MATCHES,
}  # fmt: skip
ACTIONS = {
    # what is done  keys beside it
    "pass":         (),
    "issue":        ("value", "format", "properties", "issuer"),
    "directory":    (),
}  # fmt: skip
_COMMON = ("name", "when", "output")
CONDITIONS = ("claim", "exists", "not_exists", "count")
_TESTS = ("value", "issuer", "properties")

Table = dict[str, Any]


def read_toml(text: str) -> ClaimRules:
    """Return the rules in a TOML text; raises :class:`BadRule` with the number of the rule."""
    try:
        values = toml_reading.read_toml(text)
    except toml_reading.NotToml as error:
        raise BadRule(f"The rules are not TOML: {error}", "Correct the text") from None
    given = [key for key in (KEY, ADFS_KEY) if key in values]
    if values.keys() - set(given) or len(given) > 1:
        raise BadRule("There is more in the text than rules", f"Give only [[{KEY}]]")
    return read(values[given[0]] if given else [])


def read(tables: object) -> ClaimRules:
    """Return the rules in a list of tables; raises :class:`BadRule` as :func:`read_toml` does."""
    if not isinstance(tables, (list, tuple)) or len(tables) > MAX_RULES:
        raise BadRule(f"{KEY} is not a list of at most {MAX_RULES} tables")
    return tuple(_numbered(number, table) for number, table in enumerate(tables, 1))


def _numbered(number: int, table: object) -> ClaimRule:
    try:
        return check(_rule(_of_type(table, dict, "a rule")))
    except BadRule as fault:
        raise BadRule(f"Rule {number}: {fault.problem}", fault.remedy) from None


def _rule(table: Table) -> ClaimRule:
    actions = [key for key in ACTIONS if key in table]
    if len(actions) != 1:
        raise BadRule("A rule does not say what it does", f"Give one of {', '.join(ACTIONS)}")
    _only(table, *_COMMON, actions[0], *ACTIONS[actions[0]])
    conditions = tuple(_conditions(table.get("when", [])))
    action: Action
    if actions[0] == "pass":
        conditions, action = (*conditions, _passed(table["pass"])), Pass()
    elif actions[0] == "issue":
        action = _issue(table)
    else:
        action = make_query(_sources(_of_type(table["directory"], dict, "directory")))
    return ClaimRule(
        conditions,
        action,
        output=_of_type(table.get("output", True), bool, "output"),
        name=_of_type(table.get("name", ""), str, "name"),
    )


def _conditions(value: object) -> Iterator[Condition]:
    for each in value if isinstance(value, (list, tuple)) else [value]:
        yield _condition(_of_type(each, dict, "when"))


def _condition(table: Table) -> Condition:
    kinds = [key for key in CONDITIONS if key in table]
    if len(kinds) != 1:
        raise BadRule("A condition has no claim", f"Give one of {', '.join(CONDITIONS)}")
    kind = kinds[0]
    _only(table, kind, *_TESTS, *(["is"] if kind == "count" else []))
    selector = make_selector(_tests(table[kind], table))
    if kind == "claim":
        return Each(selector)
    if kind != "count":
        return Exists(selector, negated=kind == "not_exists")
    operator, _, number = _of_type(table.get("is"), str, "is").partition(" ")
    if operator not in COUNTS or not (number.isascii() and number.isdecimal() and len(number) < 6):
        raise BadRule("A count is not compared with a number", 'Write is = ">= 2"')
    return Count(selector, operator, int(number))


def _passed(value: object) -> Condition:
    table = {"claim": value} if isinstance(value, str) else _of_type(value, dict, "pass")
    return _condition(table)


def _tests(type_: object, table: Table) -> Iterator[Test]:
    if type_ != ANY:
        for test in _comparisons(TYPE, type_):
            texts = test.texts if test.operator.is_pattern else map(claim_type, test.texts)
            yield Test(TYPE, test.operator, tuple(texts))
    for part in (VALUE, ISSUER):
        if part.name in table:
            yield from _comparisons(part, table[part.name])
    for key, value in _of_type(table.get("properties", {}), dict, "properties").items():
        yield from _comparisons(Part("property", key), value)


def _comparisons(part: Part, value: object) -> Iterator[Test]:
    table = value if isinstance(value, dict) else {"is": value}
    _only(table, *OPERATORS)
    for key, texts in table.items():
        yield Test(part, OPERATORS[key], _texts(texts, part.name))


def _issue(table: Table) -> Issue:
    given = _of_type(table.get("properties", {}), dict, "properties")
    properties = {key: _text(value, "properties") for key, value in given.items()}
    if "format" in table:
        name = _of_type(table["format"], str, "format")
        if FORMAT in properties:
            raise BadRule("A claim has two formats", "Give one")
        properties[FORMAT] = join_text(NAME_ID_FORMATS.get(name, name))
    return Issue(
        _type(_text(table["issue"], "issue")),
        tuple(map(templates.read, _texts(table.get("value", []), "value"))),
        sort_properties(properties.items()),
        _text(table.get("issuer", ""), "issuer"),
    )


def _type(text: Text) -> Text:
    match text:
        case (str(name),):
            return join_text(claim_type(name))
    return text


def _sources(table: Table) -> Iterator[tuple[str, str]]:
    for name, attributes in table.items():
        for attribute in _texts(attributes, "directory"):
            yield claim_type(name), attribute


def _text(value: object, what: str) -> Text:
    return templates.read(_of_type(value, str, what))


def _texts(value: object, what: str) -> tuple[str, ...]:
    values = value if isinstance(value, (list, tuple)) else [value]
    return tuple(_of_type(each, str, what) for each in values)


_TYPE_NAMES = {str: "a text", dict: "a table", bool: "true or false"}


def _of_type(value: object, type_: type[Any], what: str) -> Any:
    if not isinstance(value, type_):
        raise BadRule(f"{what} is not {_TYPE_NAMES[type_]}", f"Write {_TYPE_NAMES[type_]}")
    return value


def _only(table: Mapping[str, object], *keys: str) -> None:
    unknown = [key for key in table if key not in keys]
    if unknown:
        raise BadRule(f"{unknown[0]!r} is unknown here", f"The keys are {', '.join(keys)}")
