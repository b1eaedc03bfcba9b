"""Claim rules as values: conditions, and an action if they hold.

A rule is ``[conditions] => issue(…);`` in AD FS's claim rule language. TOML tables and that
language are read into the same values, and both are written from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from idp.federation.claim_rules.errors import BadRule
from idp.federation.claims import FORMAT
from idp.saml.values import PERSISTENT, TRANSIENT


class Operator(StrEnum):
    """How a part of a claim is compared with a text or a pattern."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    MATCHES = "=~"
    NOT_MATCHES = "!~"

    @property
    def is_negated(self) -> bool:
        """Whether the operator holds if the comparison does not."""
        return self[0] == "!"

    @property
    def is_pattern(self) -> bool:
        """Whether the text is a regular expression."""
        return self[1] == "~"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a claim: ``type``, ``value``, ``issuer``, or the ``property`` with this key."""

    name: str
    key: str = ""


TYPE, VALUE, ISSUER = Part("type"), Part("value"), Part("issuer")
_PARTS = ("type", "value", "issuer", "property")


@dataclass(frozen=True, slots=True)
class Test:
    """Holds for a claim whose part matches one of the texts (a negated operator: none of them)."""

    __test__ = False  # pytest would collect a class of this name

    part: Part
    operator: Operator
    texts: tuple[str, ...]


_OF_TYPE = (TYPE, Operator.EQUAL)


@dataclass(frozen=True, slots=True)
class Selector:
    """Selects the claims for which all tests hold; ``types``: their possible types, None: all."""

    tests: tuple[Test, ...] = ()
    types: tuple[str, ...] | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        equal_to = [t.texts for t in self.tests if (t.part, t.operator) == _OF_TYPE]
        object.__setattr__(self, "types", equal_to[0] if equal_to else None)


@dataclass(frozen=True, slots=True)
class Each:
    """Runs the rule once for each selected claim, which the action may use: ``c:[…]``."""

    selector: Selector


@dataclass(frozen=True, slots=True)
class Exists:
    """Holds if a claim is selected; negated, if none is."""

    selector: Selector
    negated: bool = False


COUNTS = ("==", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Count:
    """Holds if the number of selected claims compares like this."""

    selector: Selector
    operator: str
    number: int


Condition = Each | Exists | Count


@dataclass(frozen=True, slots=True)
class Ref:
    """A part of the claim that a condition selected; conditions count from 0."""

    condition: int
    part: Part = VALUE


@dataclass(frozen=True, slots=True)
class Replace:
    """``RegexReplace(source, pattern, replacement)``."""

    source: Text
    pattern: str
    replacement: str


Text = tuple["str | Ref | Replace", ...]
"""The pieces of a text, in order."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Passes the claim on that the last condition selected, unchanged."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Makes a claim for each value.

    A claim without a value, with the property format of a persistent or transient NameID, gets an
    opaque one from this server.
    """

    type: Text
    values: tuple[Text, ...]
    properties: tuple[tuple[str, Text], ...] = ()
    issuer: Text = ()

    @property
    def opaque_format(self) -> str | None:
        """The format of the opaque value of a claim without a value, None for any other claim."""
        if self.values:
            return None
        match dict(self.properties).get(FORMAT):
            case (str(format_),) if format_ in (PERSISTENT, TRANSIENT):
                return format_
        return None


@dataclass(frozen=True, slots=True)
class Query:
    """Makes claims from the directory's attributes of the user who signs in.

    ``sources`` are pairs: a claim type and the attributes that it gets its values from.
    """

    sources: tuple[tuple[str, tuple[str, ...]], ...]


Action = Pass | Issue | Query


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """An action if all conditions hold. ``output`` False: only later rules see the claims (add)."""

    conditions: tuple[Condition, ...]
    action: Action
    output: bool = True
    name: str = ""


ClaimRules = tuple[ClaimRule, ...]


def equal(part: Part, *texts: str) -> Test:
    """Return the test that a part equals one of *texts*."""
    return Test(part, Operator.EQUAL, texts)


def make_selector(tests: Iterable[Test]) -> Selector:
    """Return the selector of these tests in its normal form: one test for a part and operator.

    Raises :class:`BadRule` if a part would have to equal, or to match, two texts at once.
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


def sort_properties(properties: Iterable[tuple[str, Text]]) -> tuple[tuple[str, Text], ...]:
    """Return properties ordered by key; raises :class:`BadRule` for a repeated key."""
    ordered = tuple(sorted(properties, key=lambda pair: pair[0]))
    if len({key for key, _ in ordered}) < len(ordered):
        raise BadRule("A claim has the same property twice", "Give it once")
    return ordered


def join_text(*pieces: str | Ref | Replace) -> Text:
    """Return the text of these pieces in its normal form, without empty and adjacent strings."""
    joined: list[str | Ref | Replace] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(last := joined[-1], str):
            joined[-1] = last + piece
        elif piece != "":
            joined.append(piece)
    return tuple(joined)


def make_query(pairs: Iterable[tuple[str, str]]) -> Query:
    """Return the query for pairs of a claim type and an attribute."""
    sources: dict[str, tuple[str, ...]] = {}
    for type_, attribute in pairs:
        sources[type_] = (*sources.get(type_, ()), attribute)
    return Query(tuple(sources.items()))
