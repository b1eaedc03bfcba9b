"""The claims engine: evaluates claim rules for one user, and records which rule made each claim.

Rules run in order. Each rule sees the incoming claims and those of the rules before it. As in AD
FS, ``issue`` also puts a claim into the output and ``add`` does not. A claim without a value is
dropped, and equal claims are made once.
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
    ClaimRule,
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
    Selector,
    Test,
    Text,
)
from idp.federation.claim_rules.patterns import MAX_VALUE_LENGTH, compile_pattern
from idp.federation.claims import AD_AUTHORITY, DENY, LOCAL_AUTHORITY, PERMIT, Claim

MAX_RUNS = 10_000
"""Combinations of claims for which the rules of one evaluation are run, in all."""
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
    """The attributes of the user who signs in, besides the claims."""

    def values(self, attribute: str) -> Sequence[str]:
        """Return the values of an attribute, empty if there are none."""

    def opaque_name(self, name_id_format: str) -> str | None:
        """Return an opaque NameID of this format, None if the user may not get one."""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The claims that one rule made; ``number`` counts the rules from 1."""

    number: int
    rule: ClaimRule
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """``claims`` is the output; ``trace`` has a result for every rule, in order."""

    claims: tuple[Claim, ...]
    trace: tuple[RuleResult, ...]

    @property
    def is_permitted(self) -> bool:
        """Whether authorization rules permit the user: deny beats permit in any order."""
        types = {claim.type for claim in self.claims}
        return PERMIT in types and DENY not in types


def evaluate(
    rules: Sequence[ClaimRule], claims: Iterable[Claim], store: AttributeStore
) -> Evaluation:
    """Return what *rules* make of *claims*.

    Raises :class:`TooMuchWork` if they make too many claims or too long ones.
    """
    run = _Run(store)
    run.add(claims)
    output: dict[Claim, None] = {}
    trace = []
    for number, rule in enumerate(rules, 1):
        made = tuple(dict.fromkeys(run.apply(rule)))
        run.add(made)
        if rule.output:
            output.update(dict.fromkeys(made))
        trace.append(RuleResult(number, rule, made))
    return Evaluation(tuple(output), tuple(trace))


class _Run:
    """One evaluation: the claims that rules see, and how many combinations are left."""

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
            raise TooMuchWork(f"The rules make more than {MAX_CLAIMS} claims for this user")

    def apply(self, rule: ClaimRule) -> Iterator[Claim]:
        matched: list[Sequence[Claim | None]] = []
        for condition in rule.conditions:
            claims = self._match(condition)
            if not claims:
                return
            matched.append(claims)
        for combination in product(*matched):
            self._runs -= 1
            if self._runs < 0:
                raise TooMuchWork("The rules combine too many claims of this user")
            yield from (claim for claim in self._act(rule, combination) if claim.value)

    def _match(self, condition: Condition) -> Sequence[Claim | None]:
        """Return the claims to run the rule for: one None for a condition that merely holds."""
        selected = self._select(condition.selector)
        match condition:
            case Each():
                return selected
            case Exists(negated=negated):
                holds = bool(selected) != negated
            case Count(operator=operator, number=number):
                holds = _COUNTS[operator](len(selected), number)
        return [None] if holds else []

    def _select(self, selector: Selector) -> list[Claim]:
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
            matches = any(compile_pattern(each).matches(text) for each in test.texts)
        else:
            matches = text in test.texts
        return matches != test.operator.is_negated

    def _act(self, rule: ClaimRule, found: Sequence[Claim | None]) -> Iterator[Claim]:
        match rule.action:
            case Pass():
                if (claim := found[-1]) is not None:
                    yield claim
            case Issue() as issue:
                yield from self._issue(issue, found)
            case Query(sources):
                for type_, attributes in sources:
                    for attribute in attributes:
                        for value in self._store.values(attribute):
                            yield Claim(type_, value, AD_AUTHORITY)

    def _issue(self, issue: Issue, found: Sequence[Claim | None]) -> Iterator[Claim]:
        fill = functools.partial(self._fill, found=found)
        type_, issuer = fill(issue.type), fill(issue.issuer) or LOCAL_AUTHORITY
        properties = tuple((key, fill(text)) for key, text in issue.properties)
        for value in issue.values:
            yield Claim(type_, fill(value), issuer, properties)
        if opaque := issue.opaque_format:
            yield Claim(type_, self._store.opaque_name(opaque) or "", issuer, properties)

    def _fill(self, text: Text, found: Sequence[Claim | None]) -> str:
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
                text = self._fill(source, found)
                return compile_pattern(pattern).replace(text, replacement)
            case _:
                return piece


def _part(claim: Claim, part: Part) -> str | None:
    if part.name == "property":
        return claim.property(part.key)
    text: str = getattr(claim, part.name)
    return text
