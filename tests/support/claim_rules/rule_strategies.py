"""Claim rules of every shape, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from idp.federation.claim_rules.errors import BadRule
from idp.federation.claim_rules.model import (
    COUNTS,
    ISSUER,
    TYPE,
    VALUE,
    ClaimRule,
    Count,
    Each,
    Exists,
    Issue,
    Operator,
    Part,
    Pass,
    Ref,
    Replace,
    Test,
    join_text,
    make_query,
    make_selector,
    sort_properties,
)
from idp.federation.claim_rules.validation import check
from idp.federation.claims import CLAIM_TYPES, FORMAT, NAME_ID_FORMATS, NAME_IDENTIFIER
from idp.saml.values import PERSISTENT, TRANSIENT

_WORDS = [
    "",
    "x",
    "{value}",
    "{{",
    "a b",
    "it's",
    "\\",
    "C:\\x",
    "$1",
    "ü",
    "*",
    "literal:upn",
    "#",
]


_PATTERNS = st.sampled_from(["^a", "(?i)b$", "[^\\\\]+", "it's", "(?<x>a)", "\\."])


def rules(quotes: bool = True, lists: bool = True):
    """Return a strategy for lists of rules; *quotes*: with ``"`` in texts; *lists*: with several
    values and alternatives, which AD FS's language says in several rules or by a pattern.
    """
    alphabet = st.characters(
        exclude_categories=["Cs", "Cc"], exclude_characters="" if quotes else '"'
    )
    return _Rules(alphabet, 2 if lists else 1).rules()


class _Rules:
    """Strategies for rules and their parts, with texts of *alphabet* and up to *many* values."""

    def __init__(self, alphabet, many):
        self.many = many
        self.texts = st.sampled_from(_WORDS) | st.text(alphabet, max_size=6)
        some = self.texts.filter(bool)
        self.types = st.sampled_from([*CLAIM_TYPES.values(), "upn", "Role", "*"]) | some
        self.keys = st.sampled_from([FORMAT, "urn:p"]) | some
        self.names = st.text(alphabet, max_size=8)
        self.queries = st.lists(
            st.tuples(self.types, st.sampled_from(["mail", "cn"])), min_size=1, max_size=3
        )

    def rules(self):
        selectors = self.selectors()
        others = st.builds(Exists, selectors, st.booleans()) | st.builds(
            Count, selectors, st.sampled_from(COUNTS), st.integers(0, 99)
        )
        conditions = st.lists(st.builds(Each, selectors) | others, max_size=3).map(tuple)
        return st.lists(conditions.flatmap(self.rule).map(check), max_size=3).map(tuple)

    def rule(self, conditions):
        return st.builds(
            ClaimRule, st.just(conditions), self.actions(conditions), st.booleans(), self.names
        )

    def selectors(self):
        parts = st.one_of(
            self.tests(VALUE, self.texts),
            self.tests(ISSUER, self.texts),
            self.keys.flatmap(lambda key: self.tests(Part("property", key), self.texts)),
        )
        return st.builds(
            lambda first, rest: _selector([*first, *rest]),
            st.lists(self.tests(TYPE, self.types), max_size=2),
            st.lists(parts, max_size=3),
        ).filter(lambda found: found is not None)

    def tests(self, part, values):
        return st.builds(
            lambda operator, texts, found: Test(
                part, operator, tuple(found if operator.is_pattern else texts)
            ),
            st.sampled_from(list(Operator)),
            st.lists(values, min_size=1, max_size=self.many),
            st.lists(_PATTERNS, min_size=1, max_size=self.many),
        )

    def actions(self, conditions):
        found = [self.issues(conditions), self.queries.map(make_query)]
        if conditions and isinstance(conditions[-1], Each):
            found.append(st.just(Pass()))
        return st.one_of(found)

    def issues(self, conditions):
        text = st.lists(self.pieces(conditions), max_size=3).map(lambda found: join_text(*found))
        values = st.lists(text, min_size=1, max_size=self.many).map(tuple)
        formats = st.sampled_from([*NAME_ID_FORMATS, *NAME_ID_FORMATS.values()]).map(join_text)
        properties = st.dictionaries(self.keys, formats | text, max_size=2)
        opaque = st.sampled_from([PERSISTENT, TRANSIENT]).map(
            lambda uri: Issue((NAME_IDENTIFIER,), (), ((FORMAT, (uri,)),))
        )
        return opaque | st.builds(
            Issue,
            self.types.map(join_text) | text.filter(bool),
            values,
            properties.map(lambda found: sort_properties(found.items())),
            text,
        )

    def pieces(self, conditions):
        """Return texts, references to the claims of *conditions*, and replacements in these."""
        found = [at for at, condition in enumerate(conditions) if isinstance(condition, Each)]
        properties = self.keys.map(lambda key: Part("property", key))
        refs = st.builds(
            Ref,
            st.sampled_from(found or [0]),
            st.sampled_from([TYPE, VALUE, ISSUER]) | properties,
        )
        return st.recursive(
            st.one_of(self.texts, refs) if found else self.texts,
            lambda inner: st.builds(
                lambda source, pattern, by: Replace(join_text(*source), pattern, by),
                st.lists(inner, max_size=2),
                _PATTERNS,
                self.texts,
            ),
            max_leaves=3,
        )


def _selector(tests):
    try:
        return make_selector(tests)
    except BadRule:
        return None
