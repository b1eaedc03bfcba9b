"""Parses AD FS's claim rule language: what AD FS's rule templates write, and similar rules.

All values are strings, and a claim has one issuer: ``ValueType`` is ignored, and ``OriginalIssuer``
is the same as ``Issuer``. The language is described in Microsoft's "Understanding Claim Rule
Language in AD FS".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from idp.federation.claim_rules.adfs import attribute_stores
from idp.federation.claim_rules.adfs.attribute_stores import Conditions, StoreQuery
from idp.federation.claim_rules.adfs.cursor import Cursor
from idp.federation.claim_rules.adfs.lexer import Token, tokenize
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
    Query,
    Ref,
    Replace,
    Selector,
    Test,
    Text,
    join_text,
    make_selector,
    sort_properties,
)
from idp.federation.claim_rules.patterns import compile_pattern
from idp.federation.claim_rules.validation import MAX_DEPTH, MAX_RULES, check

STRING = "http://www.w3.org/2001/XMLSchema#string"

_PARTS = {"type": TYPE, "value": VALUE, "issuer": ISSUER, "originalissuer": ISSUER}
_VALUE_TYPE = "valuetype"


def read(text: str) -> ClaimRules:
    """Return the rules in a text in AD FS's claim rule language.

    Raises :class:`~idp.federation.claim_rules.adfs.lexer.UnreadableRule` with the position of the
    first fault.
    """
    return _Reader(text, list(tokenize(text))).rules()


@dataclass(slots=True)
class _Reader(Cursor):
    names: dict[str, int] = field(default_factory=dict)
    opaque: dict[str, str] = field(default_factory=dict)
    output: bool = False

    def rules(self) -> ClaimRules:
        rules: list[ClaimRule] = []
        while self.peek.kind != "end":
            if len(rules) == MAX_RULES:
                raise self.fault(self.peek, f"There are more than {MAX_RULES} rules")
            rule = self.rule()
            rules += [rule] if rule else []
        return tuple(rules)

    def rule(self) -> ClaimRule | None:
        """Return the next rule; None for a rule whose opaque id a later rule issues."""
        start, name = self.peek, self.headers()
        self.names = {}
        conditions: list[Condition] = []
        while not self.take("=>"):
            if conditions:
                self.must("&&")
            conditions.append(self.condition(len(conditions)))
        verb = self.next()
        if verb.kind != "word" or verb.text.lower() not in ("issue", "add"):
            raise self.unexpected(verb, "issue or add")
        self.must("(")
        self.output = verb.text.lower() == "issue"
        action, kept = self.action(tuple(conditions))
        self.must(")", ";")
        if action is None:
            attribute_stores.check_only_finds_the_user(self, start, kept)
            return None
        action, kept = attribute_stores.issue_opaque_id(self, start, action, kept, self.opaque)
        try:
            return check(ClaimRule(kept, action, output=self.output, name=name))
        except BadRule as fault:
            raise self.fault(start, fault.problem, fault.remedy) from None

    def headers(self) -> str:
        """Read headers such as ``@RuleName = "…"`` and return the rule's name."""
        name = ""
        while self.take("@"):
            key = self.of_kind("word", "a name like RuleName")
            self.must("=")
            value = self.string()
            if key.text.lower() == "rulename":
                name = value.text
        return name

    def condition(self, number: int) -> Condition:
        if self.take("not", "exists"):
            return Exists(self.in_brackets(), negated=True)
        if self.take("exists"):
            return Exists(self.in_brackets())
        if self.take("count"):
            selector, operator = self.in_brackets(), self.next()
            if operator.text not in COUNTS:
                raise self.unexpected(operator, "a comparison")
            count = self.of_kind("number", "a number")
            if len(count.text) > 5:
                raise self.fault(count, "The number is too large")
            return Count(selector, operator.text, int(count.text))
        if self.peek.kind == "word":
            name = self.next()
            self.must(":")
            if name.text.lower() in self.names:
                raise self.fault(name, f"{name.text} is the name of an earlier condition")
            self.names[name.text.lower()] = number
        return Each(self.selector())

    def in_brackets(self) -> Selector:
        self.must("(")
        selector = self.selector()
        self.must(")")
        return selector

    def selector(self) -> Selector:
        start = self.must("[")
        tests: list[Test | None] = []
        while not self.take("]"):
            if tests:
                self.must(",")
                if self.take("]"):  # AD FS allows a comma after the last test
                    break
            tests.append(self.test())
        try:
            return make_selector(test for test in tests if test is not None)
        except BadRule as fault:
            raise self.fault(start, fault.problem, fault.remedy) from None

    def test(self) -> Test | None:
        """Return the next test, None for one that always holds."""
        start, part = self.peek, self.part()
        sign = self.next()
        if sign.kind != "sign" or sign.text not in list(Operator):
            raise self.unexpected(sign, "==, !=, =~ or !~")
        operator, text = Operator(sign.text), self.string()
        if part is None:
            if (operator, text.text) != (Operator.EQUAL, STRING):
                raise self.fault(start, "All values are strings here", f'Use "{STRING}"')
            return None
        if operator.is_pattern:
            self.must_match(text)
        return Test(part, operator, (text.text,))

    def must_match(self, pattern: Token) -> None:
        try:
            compile_pattern(pattern.text)
        except BadRule as fault:
            raise self.fault(pattern, fault.problem, fault.remedy) from None

    def part(self) -> Part | None:
        """Return the next part of a claim, None for its value type."""
        token = self.of_kind("word", "a part of a claim")
        name = token.text.lower()
        if name == "properties":
            self.must("[")
            key = self.string().text
            self.must("]")
            return Part("property", key)
        if name == _VALUE_TYPE:
            return None
        if name not in _PARTS:
            raise self.unexpected(token, "Type, Value, Issuer or Properties")
        return _PARTS[name]

    def action(self, conditions: Conditions) -> tuple[Action | None, Conditions]:
        if self.take("claim", "="):
            number = self.reference()
            passed = conditions[number]
            return Pass(), (*conditions[:number], *conditions[number + 1 :], passed)
        if self.take("store", "="):
            return self.store(conditions)
        return self.issue(), conditions

    def reference(self) -> int:
        token = self.of_kind("word", "the name of a condition")
        if token.text.lower() not in self.names:
            raise self.fault(token, f"No condition of the rule is called {token.text}")
        return self.names[token.text.lower()]

    def issue(self) -> Issue:
        given: dict[Part, Text] = {}
        start = self.peek
        self.assign(given)
        while self.take(","):
            self.assign(given)
        if not given.get(TYPE) or VALUE not in given:
            raise self.fault(start, "A claim is issued without Type or Value")
        properties = ((part.key, text) for part, text in given.items() if part.name == "property")
        return Issue(
            given[TYPE], (given[VALUE],), sort_properties(properties), given.get(ISSUER, ())
        )

    def assign(self, given: dict[Part, Text]) -> None:
        key, part = self.peek, self.part()
        self.must("=")
        text = self.expression()
        if part is None or key.text.lower() == "originalissuer":
            return  # both are ignored
        if part in given:
            raise self.fault(key, f"{key.text} is given twice")
        given[part] = text

    def expression(self, depth: int = 0) -> Text:
        pieces = [self.term(depth)]
        while self.take("+"):
            pieces.append(self.term(depth))
        return join_text(*pieces)

    def term(self, depth: int) -> str | Ref | Replace:
        token = self.peek
        if token.kind == "text":
            return self.next().text
        if self.take("regexreplace", "("):
            if depth > MAX_DEPTH:
                raise self.fault(token, f"RegexReplace is nested more than {MAX_DEPTH} deep")
            source = self.expression(depth + 1)
            self.must(",")
            self.must_match(pattern := self.string())
            self.must(",")
            replacement = self.string()
            self.must(")")
            return Replace(source, pattern.text, replacement.text)
        number = self.reference()
        self.must(".")
        part = self.part()
        return STRING if part is None else Ref(number, part)

    def store(self, conditions: Conditions) -> tuple[Query | Issue | None, Conditions]:
        """Return what a query to a store does.

        It is None for an opaque id that a later rule issues; the id's format is remembered.
        """
        store = self.string()
        self.must(",", "types", "=")
        types = self.strings()
        self.must(",", "query", "=")
        query = StoreQuery(store, types, self.string(), tuple(self.params()))
        if query.is_of(attribute_stores.PASSWORD_EXPIRY):
            return attribute_stores.read_password_expiry(self, query), conditions
        if query.is_of(attribute_stores.OPAQUE):
            format_ = attribute_stores.read_opaque_format(self, query)
            if self.output:
                return attribute_stores.issue_at_once(self, query, format_, conditions)
            self.opaque |= dict.fromkeys(types, format_)
            return None, conditions
        return attribute_stores.read_query(self, query, conditions)

    def params(self) -> Iterator[tuple[Token, Text]]:
        while self.take(",", "param", "="):
            yield self.peek, self.expression()

    def strings(self) -> list[str]:
        self.must("(")
        texts = [self.string().text]
        while self.take(","):
            texts.append(self.string().text)
        self.must(")")
        return texts
