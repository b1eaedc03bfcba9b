"""The claims engine: what rules make of the claims of one user, and which rule made each.

Rules run in order. Each sees the claims that came in and what the rules before it made; ``issue``
puts a claim into the output as well, ``add`` does not (docs/claims.md). A claim without a value is
none, and what is there already is not made twice.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product
from operator import eq, ge, gt, le, lt, ne
from typing import Protocol

from idp.federation.claim_rules.errors import TooMuchWork
from idp.federation.claim_rules.model import (
    Condition,
    Count,
    Each,
    Exists,
    Issue,
    Part,
    Pass,
    Query,
    Ref,
    Replace,
    Rule,
    Selector,
    Test,
    Text,
)
from idp.federation.claim_rules.patterns import MAX_VALUE_LENGTH, compiled
from idp.federation.claims import AD_AUTHORITY, DENY, LOCAL_AUTHORITY, PERMIT, Claim

MAX_RUNS = 10_000
"""How often the rules of one evaluation may be run for combinations of claims, in all."""
MAX_CLAIMS = 5_000

_COUNTS: dict[str, Callable[[int, int], bool]] = {
    "==": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


class AttributeStore(Protocol):
    """What is known of the user who signs in, beside the claims."""

    def values(self, attribute: str) -> Sequence[str]:
        """Return the values of an attribute, none where there is no such."""

    def opaque_name(self, name_id_format: str) -> str | None:
        """Return a NameID that says nothing of the user, None where there may be none."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one rule has made; ``number`` counts the rules from 1."""

    number: int
    rule: Rule
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``claims`` is the output; ``trace`` has a step for every rule, in order."""

    claims: tuple[Claim, ...]
    trace: tuple[Step, ...]

    @property
    def is_permitted(self) -> bool:
        """Whether authorization rules let the user in: deny beats permit, whatever the order."""
        types = {claim.type for claim in self.claims}
        return PERMIT in types and DENY not in types


def evaluate(rules: Sequence[Rule], claims: Iterable[Claim], store: AttributeStore) -> Outcome:
    """Return what *rules* make of *claims*.

    Raises :class:`TooMuchWork` where they make too many claims, too long ones.
    """
    run = _Run(store)
    run.add(claims)
    output: dict[Claim, None] = {}
    trace = []
    for number, rule in enumerate(rules, 1):
        made = tuple(dict.fromkeys(run.made_by(rule)))
        run.add(made)
        if rule.output:
            output.update(dict.fromkeys(made))
        trace.append(Step(number, rule, made))
    return Outcome(tuple(output), tuple(trace))


class _Run:
    """One evaluation: the claims that rules see, and what may still be spent."""

    def __init__(self, store: AttributeStore) -> None:
        self._claims: dict[Claim, None] = {}
        self._by_type: dict[str, list[Claim]] = {}
        self._store = store
        self._runs = MAX_RUNS

    def add(self, claims: Iterable[Claim]) -> None:
        for claim in claims:
            if claim not in self._claims:
                self._claims[claim] = None
                self._by_type.setdefault(claim.type, []).append(claim)
        if len(self._claims) > MAX_CLAIMS:
            raise TooMuchWork(f"The rules make more than {MAX_CLAIMS} claims of this user")

    def made_by(self, rule: Rule) -> Iterator[Claim]:
        found: list[Sequence[Claim | None]] = []
        for condition in rule.conditions:
            claims = self._found_by(condition)
            if not claims:
                return
            found.append(claims)
        for combination in product(*found):
            self._runs -= 1
            if self._runs < 0:
                raise TooMuchWork("The rules combine too many claims of this user")
            yield from (claim for claim in self._act(rule, combination) if claim.value)

    def _found_by(self, condition: Condition) -> Sequence[Claim | None]:
        """Return the claims to run the rule for; one None for a condition that only holds."""
        selected = self._selected(condition.selector)
        match condition:
            case Each():
                return selected
            case Exists(negated=negated):
                holds = bool(selected) != negated
            case Count(operator=operator, number=number):
                holds = _COUNTS[operator](len(selected), number)
        return [None] if holds else []

    def _selected(self, selector: Selector) -> list[Claim]:
        claims: Iterable[Claim] = self._claims
        if selector.types is not None:
            claims = chain.from_iterable(self._by_type.get(type_, ()) for type_ in selector.types)
        return [
            claim for claim in claims if all(self._holds(test, claim) for test in selector.tests)
        ]

    def _holds(self, test: Test, claim: Claim) -> bool:
        text = _part(claim, test.part)
        if text is None:
            return False
        if test.operator.is_pattern:
            found = any(compiled(each).matches(text) for each in test.texts)
        else:
            found = text in test.texts
        return found != test.operator.is_negated

    def _act(self, rule: Rule, found: Sequence[Claim | None]) -> Iterator[Claim]:
        match rule.action:
            case Pass():
                if (claim := found[-1]) is not None:
                    yield claim
            case Issue() as issue:
                yield from self._issued(issue, found)
            case Query(sources):
                for type_, attributes in sources:
                    for attribute in attributes:
                        for value in self._store.values(attribute):
                            yield Claim(type_, value, AD_AUTHORITY)

    def _issued(self, issue: Issue, found: Sequence[Claim | None]) -> Iterator[Claim]:
        fill = functools.partial(self._filled, found=found)
        type_, issuer = fill(issue.type), fill(issue.issuer) or LOCAL_AUTHORITY
        properties = tuple((key, fill(text)) for key, text in issue.properties)
        for value in issue.values:
            yield Claim(type_, fill(value), issuer, properties)
        if opaque := issue.opaque_format:
            yield Claim(type_, self._store.opaque_name(opaque) or "", issuer, properties)

    def _filled(self, text: Text, found: Sequence[Claim | None]) -> str:
        if len(text) == 1 and isinstance(text[0], str):
            return text[0]
        filled = "".join(self._piece(piece, found) for piece in text)
        if len(filled) > MAX_VALUE_LENGTH:
            raise TooMuchWork("The rules make a value that is too long")
        return filled

    def _piece(self, piece: str | Ref | Replace, found: Sequence[Claim | None]) -> str:
        match piece:
            case Ref(number, part):
                claim = found[number]
                return (claim and _part(claim, part)) or ""
            case Replace(source, pattern, replacement):
                text = self._filled(source, found)
                return compiled(pattern).replace(text, replacement)
            case _:
                return piece


def _part(claim: Claim, part: Part) -> str | None:
    if part.name == "property":
        return claim.property(part.key)
    text: str = getattr(claim, part.name)
    return text
