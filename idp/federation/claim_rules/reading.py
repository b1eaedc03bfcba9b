"""AD FS's claim rule language read as rules: what its own templates write, and their kin.

All values are strings here, and a claim has one issuer: ``ValueType`` says nothing, and
``OriginalIssuer`` is ``Issuer``. Source: facts §D.3.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from adapter.contract import UPN, WINDOWS_ACCOUNT_NAME
from idp.federation.claim_rules import directory
from idp.federation.claim_rules.faults import BadRule
from idp.federation.claim_rules.patterns import compiled
from idp.federation.claim_rules.rules import (
    COUNTS,
    DEEPEST,
    ISSUER,
    MOST_RULES,
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
    check,
    equal,
    properties_of,
    query_of,
    selector_of,
    text_of,
)
from idp.federation.claim_rules.tokens import Token, UnreadableRule, tokens
from idp.federation.claims import AD_AUTHORITY

STRING = "http://www.w3.org/2001/XMLSchema#string"
THE_USER = Each(selector_of([equal(TYPE, WINDOWS_ACCOUNT_NAME), equal(ISSUER, AD_AUTHORITY)]))
"""The condition that finds the user whom the directory is asked for."""

_PARTS = {"type": TYPE, "value": VALUE, "issuer": ISSUER, "originalissuer": ISSUER}
_VALUE_TYPE = "valuetype"


def read(text: str) -> Rules:
    """Return the rules of a text in AD FS's language.

    Raises :class:`UnreadableRule` at the first place that cannot be read.
    """
    return _Reader(text, list(tokens(text))).rules()


@dataclass(slots=True)
class _Reader:
    text: str
    tokens: list[Token]
    at: int = 0
    names: dict[str, int] = field(default_factory=dict)

    def rules(self) -> Rules:
        rules: list[Rule] = []
        while self.peek.kind != "end":
            if len(rules) == MOST_RULES:
                raise self.fault(self.peek, f"There are more than {MOST_RULES} rules")
            rules.append(self.rule())
        return tuple(rules)

    @property
    def peek(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        token = self.peek
        self.at += token.kind != "end"
        return token

    def fault(self, token: Token, problem: str, remedy: str = "") -> UnreadableRule:
        return UnreadableRule(self.text, token.at, problem, remedy)

    def unexpected(self, token: Token, due: str) -> UnreadableRule:
        return self.fault(token, f"There is {token.shown}, where {due} is due")

    def take(self, *signs: str) -> bool:
        """Step over signs or words (in lower case) if they all come now."""
        following = self.tokens[self.at : self.at + len(signs)]
        found = [t.text.lower() for t in following if t.kind in ("sign", "word")] == list(signs)
        self.at += len(signs) * found
        return found

    def must(self, *signs: str) -> Token:
        for sign in signs:
            token = self.peek
            if not self.take(sign):
                raise self.unexpected(token, sign)
        return token

    def of_kind(self, kind: str, due: str) -> Token:
        token = self.next()
        if token.kind != kind:
            raise self.unexpected(token, due)
        return token

    def string(self) -> Token:
        return self.of_kind("text", "a text in quotation marks")

    def rule(self) -> Rule:
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
        try:
            return check(Rule(kept, action, output=verb.text.lower() == "issue", name=name))
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
        start, tests = self.must("["), []
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

    def action(self, conditions: tuple[Condition, ...]) -> tuple[Action, tuple[Condition, ...]]:
        if self.take("claim", "="):
            number = self.reference()
            passed = conditions[number]
            return Pass(), (*conditions[:number], *conditions[number + 1 :], passed)
        if self.take("store", "="):
            return self.query(conditions)
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

    def query(self, conditions: tuple[Condition, ...]) -> tuple[Query, tuple[Condition, ...]]:
        store = self.string()
        if store.text.lower() != directory.NAME.lower():
            raise self.fault(
                store, f"There is no store {store.shown}", f'There is "{directory.NAME}"'
            )
        self.must(",", "types", "=")
        types = self.strings()
        self.must(",", "query", "=")
        query, asked = self.string(), []
        while self.take(",", "param", "="):
            asked.append((self.peek, self.expression()))
        attributes, user = self.attributes(query)
        if len(attributes) != len(types):
            raise self.fault(query, f"{len(types)} types are given {len(attributes)} attributes")
        if user >= len(asked):
            raise self.fault(query, f"There is no param for {{{user}}}")
        return query_of(zip(types, attributes, strict=True)), self.without(conditions, asked[user])

    def strings(self) -> list[str]:
        self.must("(")
        found = [self.string().text]
        while self.take(","):
            found.append(self.string().text)
        self.must(")")
        return found

    def attributes(self, query: Token) -> tuple[list[str], int]:
        """Return what ``;mail,userPrincipalName;{0}`` asks for, and the number of its param."""
        parts = [part.strip() for part in query.text.split(";")]
        user = parts[-1]
        if len(parts) != 3 or parts[0] or len(user) != 3 or user not in ("{0}", "{1}", "{2}"):
            raise self.fault(
                query,
                f"The query {query.shown} is not understood",
                "The directory is asked for the user who signs in: ;mail,displayName;{0}",
            )
        return [name.strip() for name in parts[1].split(",")], int(user[1])

    def without(
        self, conditions: tuple[Condition, ...], asked: tuple[Token, Text]
    ) -> tuple[Condition, ...]:
        """Return the conditions without the one that only finds the user."""
        token, text = asked
        match text:
            case (Ref(number, part),) if part == VALUE:
                found = conditions[number].selector
                if found.types in ((WINDOWS_ACCOUNT_NAME,), (UPN,)):
                    plain = {equal(TYPE, *found.types), equal(ISSUER, AD_AUTHORITY)}
                    rest = conditions[:number] + conditions[number + 1 :]
                    return rest if plain.issuperset(found.tests) else conditions
        raise self.fault(
            token,
            "The directory is asked for somebody else than the user who signs in",
            "Give the Value of a condition on windowsaccountname or upn as param",
        )
