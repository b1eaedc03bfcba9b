"""Rules as values: conditions, and what follows from them.

One rule is ``[conditions] => issue(…);`` of AD FS's language (docs/claims.md). The same values are
read from TOML and from that language, and written in both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from idp.federation.claim_rules.errors import BadRule
from idp.federation.claims import FORMAT, NAME_IDENTIFIER
from idp.saml.values import PERSISTENT, TRANSIENT


class Operator(StrEnum):
    """How a part of a claim is compared with a text or a pattern."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    MATCHES = "=~"
    NOT_MATCHES = "!~"

    @property
    def is_negated(self) -> bool:
        """Whether it holds where the comparison does not."""
        return self[0] == "!"

    @property
    def is_pattern(self) -> bool:
        """Whether the text is a regular expression."""
        return self[1] == "~"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a claim: ``type``, ``value``, ``issuer``, or ``property`` with the key of one."""

    name: str
    key: str = ""


TYPE, VALUE, ISSUER = Part("type"), Part("value"), Part("issuer")
_PARTS = ("type", "value", "issuer", "property")


@dataclass(frozen=True, slots=True)
class Test:
    """Holds for a claim whose part compares so with any of the texts (negated: with none)."""

    __test__ = False  # for pytest, which looks for classes of this name

    part: Part
    operator: Operator
    texts: tuple[str, ...]


_OF_TYPE = (TYPE, Operator.EQUAL)


@dataclass(frozen=True, slots=True)
class Selector:
    """The claims for which all tests hold. ``types``: only such can be among them, None: any."""

    tests: tuple[Test, ...] = ()
    types: tuple[str, ...] | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        equal_to = [t.texts for t in self.tests if (t.part, t.operator) == _OF_TYPE]
        object.__setattr__(self, "types", equal_to[0] if equal_to else None)


@dataclass(frozen=True, slots=True)
class Each:
    """The rule is run once for each such claim, which it may refer to: ``c:[…]``."""

    selector: Selector


@dataclass(frozen=True, slots=True)
class Exists:
    """There is such a claim, or, negated, there is none."""

    selector: Selector
    negated: bool = False


COUNTS = ("==", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Count:
    """There are so many such claims."""

    selector: Selector
    operator: str
    number: int


Condition = Each | Exists | Count


@dataclass(frozen=True, slots=True)
class Ref:
    """A part of the claim that a condition (by its number from 0) has found."""

    condition: int
    part: Part = VALUE


@dataclass(frozen=True, slots=True)
class Replace:
    """``RegexReplace(source, pattern, replacement)``."""

    source: Text
    pattern: str
    replacement: str


Text = tuple["str | Ref | Replace", ...]
"""Pieces that make one text, put together."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Pass on the claim that the last condition has found, as it is."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Make a claim of each value.

    Without a value, a persistent or transient NameID is one that says nothing of the user, as this
    server makes them.
    """

    type: Text
    values: tuple[Text, ...]
    properties: tuple[tuple[str, Text], ...] = ()
    issuer: Text = ()

    @property
    def opaque_format(self) -> str | None:
        """The format of a NameID without a value, None for what is given one."""
        if self.values or self.type != (NAME_IDENTIFIER,):
            return None
        match dict(self.properties).get(FORMAT):
            case (str(format_),) if format_ in (PERSISTENT, TRANSIENT):
                return format_
        return None


@dataclass(frozen=True, slots=True)
class Query:
    """Make claims of what the directory knows of the user who signs in.

    ``sources`` are pairs of a claim type and the attributes whose values it gets.
    """

    sources: tuple[tuple[str, tuple[str, ...]], ...]


Action = Pass | Issue | Query


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done where all conditions hold. ``output`` False: only later rules see it (add)."""

    conditions: tuple[Condition, ...]
    action: Action
    output: bool = True
    name: str = ""


Rules = tuple[Rule, ...]


def equal(part: Part, *texts: str) -> Test:
    """Return the test that a part is one of *texts*."""
    return Test(part, Operator.EQUAL, texts)


def selector_of(tests: Iterable[Test]) -> Selector:
    """Return the selector of these tests in its one form: one for each part and operator.

    Raises :class:`BadRule` for a part that would have to be, or to match, two things at once.
    """
    merged: dict[tuple[Part, Operator], tuple[str, ...]] = {}
    for test in tests:
        key = (test.part, test.operator)
        if key in merged and not test.operator.is_negated:
            raise BadRule(f"A condition compares the {test.part.name} by {test.operator} twice")
        merged[key] = (*merged.get(key, ()), *test.texts)
    return Selector(tuple(Test(*key, texts) for key, texts in sorted(merged.items(), key=_order)))


def _order(item: tuple[tuple[Part, Operator], object]) -> tuple[int, str, int]:
    part, operator = item[0]
    return _PARTS.index(part.name), part.key, list(Operator).index(operator)


def properties_of(properties: Iterable[tuple[str, Text]]) -> tuple[tuple[str, Text], ...]:
    """Return properties in their one order; raises :class:`BadRule` for one that comes twice."""
    ordered = tuple(sorted(properties, key=lambda pair: pair[0]))
    if len({key for key, _ in ordered}) < len(ordered):
        raise BadRule("A claim is given a property twice", "Give it once")
    return ordered


def text_of(*pieces: str | Ref | Replace) -> Text:
    """Return the text of these pieces in its one form: no empty ones, no two strings in a row."""
    joined: list[str | Ref | Replace] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(last := joined[-1], str):
            joined[-1] = last + piece
        elif piece != "":
            joined.append(piece)
    return tuple(joined)


def query_of(pairs: Iterable[tuple[str, str]]) -> Query:
    """Return the query for pairs of a claim type and an attribute, by type."""
    sources: dict[str, tuple[str, ...]] = {}
    for type_, attribute in pairs:
        sources[type_] = (*sources.get(type_, ()), attribute)
    return Query(tuple(sources.items()))
