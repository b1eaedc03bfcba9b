"""AD FS's claim rule language read as rules: what its own templates write, and their kin.

All values are strings here, and a claim has one issuer: ``ValueType`` says nothing, and
``OriginalIssuer`` is ``Issuer``. See docs/claims.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from idp.federation.claim_rules.adfs import attribute_stores
from idp.federation.claim_rules.adfs.attribute_stores import Asked, Conditions
from idp.federation.claim_rules.adfs.cursor import Cursor
from idp.federation.claim_rules.adfs.lexer import Token, tokens
from idp.federation.claim_rules.errors import BadRule
from idp.federation.claim_rules.model import (
    COUNTS,
    ISSUER,
    TYPE,
    VALUE,
    Action,
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
    properties_of,
    selector_of,
    text_of,
)
from idp.federation.claim_rules.patterns import compiled
from idp.federation.claim_rules.validation import DEEPEST, MAX_RULES, check

STRING = "http://www.w3.org/2001/XMLSchema#string"

_PARTS = {"type": TYPE, "value": VALUE, "issuer": ISSUER, "originalissuer": ISSUER}
_VALUE_TYPE = "valuetype"


def read(text: str) -> Rules:
    """Return the rules of a text in AD FS's language.

    Raises :class:`~idp.federation.claim_rules.adfs.lexer.UnreadableRule` at the first place that
    cannot be read.
    """
    return _Reader(text, list(tokens(text))).rules()


@dataclass(slots=True)
class _Reader(Cursor):
    names: dict[str, int] = field(default_factory=dict)
    opaque: dict[str, str] = field(default_factory=dict)

    def rules(self) -> Rules:
        rules: list[Rule] = []
        while self.peek.kind != "end":
            if len(rules) == MAX_RULES:
                raise self.fault(self.peek, f"There are more than {MAX_RULES} rules")
            rule = self.rule()
            rules += [rule] if rule else []
        return tuple(rules)

    def rule(self) -> Rule | None:
        """Return the next rule; None for one whose opaque id a later one issues."""
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
        action, kept = self.action(tuple(conditions))
        self.must(")", ";")
        output = verb.text.lower() == "issue"
        if action is None:
            attribute_stores.must_only_find_the_user(self, start, kept, output=output)
            return None
        action, kept = attribute_stores.named(self, start, action, kept, self.opaque)
        try:
            return check(Rule(kept, action, output=output, name=name))
        except BadRule as fault:
            raise self.fault(start, fault.problem, fault.remedy) from None

    def headers(self) -> str:
        """Read ``@RuleName = "…"`` and the like; return the name."""
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
            tests.append(self.test())
        try:
            return selector_of(test for test in tests if test is not None)
        except BadRule as fault:
            raise self.fault(start, fault.problem, fault.remedy) from None

    def test(self) -> Test | None:
        """Return a test, or None for one that always holds."""
        start, part = self.peek, self.part()
        sign = self.next()
        if sign.kind != "sign" or sign.text not in list(Operator):
            raise self.unexpected(sign, "==, !=, =~ or !~")
        operator, text = Operator(sign.text), self.string()
        if part is None:
            if (operator, text.text) != (Operator.EQUAL, STRING):
                raise self.fault(start, "All values are strings here", f'Take "{STRING}"')
            return None
        if operator.is_pattern:
            self.must_match(text)
        return Test(part, operator, (text.text,))

    def must_match(self, pattern: Token) -> None:
        try:
            compiled(pattern.text)
        except BadRule as fault:
            raise self.fault(pattern, fault.problem, fault.remedy) from None

    def part(self) -> Part | None:
        """Return a part of a claim, None for its value type."""
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
        return Issue(given[TYPE], (given[VALUE],), properties_of(properties), given.get(ISSUER, ()))

    def assign(self, given: dict[Part, Text]) -> None:
        key, part = self.peek, self.part()
        self.must("=")
        text = self.expression()
        if part is None or key.text.lower() == "originalissuer":
            return  # they say nothing here
        if part in given:
            raise self.fault(key, f"{key.text} is given twice")
        given[part] = text

    def expression(self, depth: int = 0) -> Text:
        pieces = [self.term(depth)]
        while self.take("+"):
            pieces.append(self.term(depth))
        return text_of(*pieces)

    def term(self, depth: int) -> str | Ref | Replace:
        token = self.peek
        if token.kind == "text":
            return self.next().text
        if self.take("regexreplace", "("):
            if depth > DEEPEST:
                raise self.fault(token, f"RegexReplace stands in more than {DEEPEST} others")
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

    def store(self, conditions: Conditions) -> tuple[Query | None, Conditions]:
        """Read what is asked of a store; None where it is an opaque id, which is remembered."""
        store = self.string()
        self.must(",", "types", "=")
        types = self.strings()
        self.must(",", "query", "=")
        asked = Asked(store, types, self.string(), tuple(self.params()))
        if asked.is_of(attribute_stores.OPAQUE):
            self.opaque |= dict.fromkeys(types, attribute_stores.opaque_format(self, asked))
            return None, conditions
        return attribute_stores.query(self, asked, conditions)

    def params(self) -> Iterator[tuple[Token, Text]]:
        while self.take(",", "param", "="):
            yield self.peek, self.expression()

    def strings(self) -> list[str]:
        self.must("(")
        found = [self.string().text]
        while self.take(","):
            found.append(self.string().text)
        self.must(")")
        return found
