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


def rules(quotes: bool = True, lists: bool = True):
    """Return a strategy for lists of rules; *quotes*: with ``"`` in texts; *lists*: with several
    values and alternatives, which AD FS's language says in several rules or by a pattern.
    """
    alphabet = st.characters(
        exclude_categories=["Cs", "Cc"], exclude_characters="" if quotes else '"'
    )
    texts = st.sampled_from(_WORDS) | st.text(alphabet, max_size=6)
    some = texts.filter(bool)
    types = st.sampled_from([*CLAIM_TYPES.values(), "upn", "Role", "*"]) | some
    keys = st.sampled_from([FORMAT, "urn:p"]) | some
    patterns = st.sampled_from(["^a", "(?i)b$", "[^\\\\]+", "it's", "(?<x>a)", "\\."])
    many = 2 if lists else 1

    def tests(part, values):
        equal = st.lists(values, min_size=1, max_size=many)
        return st.builds(
            lambda operator, texts, found: Test(
                part, operator, tuple(found if operator.is_pattern else texts)
            ),
            st.sampled_from(list(Operator)),
            equal,
            st.lists(patterns, min_size=1, max_size=many),
        )

    parts = st.one_of(
        tests(VALUE, texts),
        tests(ISSUER, texts),
        keys.flatmap(lambda key: tests(Part("property", key), texts)),
    )
    selectors = st.builds(
        lambda first, rest: _selector([*first, *rest]),
        st.lists(tests(TYPE, types), max_size=2),
        st.lists(parts, max_size=3),
    ).filter(lambda found: found is not None)
    each = st.builds(Each, selectors)
    others = st.builds(Exists, selectors, st.booleans()) | st.builds(
        Count, selectors, st.sampled_from(COUNTS), st.integers(0, 99)
    )

    def issues(conditions):
        found = [at for at, condition in enumerate(conditions) if isinstance(condition, Each)]
        refs = st.builds(
            Ref,
            st.sampled_from(found or [0]),
            st.sampled_from([TYPE, VALUE, ISSUER]) | keys.map(lambda key: Part("property", key)),
        )
        simple = st.one_of(texts, refs) if found else texts
        pieces = st.recursive(
            simple,
            lambda inner: st.builds(
                lambda source, pattern, by: Replace(join_text(*source), pattern, by),
                st.lists(inner, max_size=2),
                patterns,
                texts,
            ),
            max_leaves=3,
        )
        text = st.lists(pieces, max_size=3).map(lambda found: join_text(*found))
        values = st.lists(text, min_size=1, max_size=many).map(tuple)
        formats = st.sampled_from([*NAME_ID_FORMATS, *NAME_ID_FORMATS.values()]).map(join_text)
        properties = st.dictionaries(keys, formats | text, max_size=2)
        opaque = st.sampled_from([PERSISTENT, TRANSIENT]).map(
            lambda uri: Issue((NAME_IDENTIFIER,), (), ((FORMAT, (uri,)),))
        )
        return opaque | st.builds(
            Issue,
            types.map(join_text) | text.filter(bool),
            values,
            properties.map(lambda found: sort_properties(found.items())),
            text,
        )

    queries = st.lists(st.tuples(types, st.sampled_from(["mail", "cn"])), min_size=1, max_size=3)

    def actions(conditions):
        found = [issues(conditions), queries.map(make_query)]
        if conditions and isinstance(conditions[-1], Each):
            found.append(st.just(Pass()))
        return st.one_of(found)

    names = st.text(alphabet, max_size=8)
    one = (
        st.lists(each | others, max_size=3)
        .map(tuple)
        .flatmap(
            lambda conditions: st.builds(
                ClaimRule, st.just(conditions), actions(conditions), st.booleans(), names
            )
        )
    )
    return st.lists(one.map(check), max_size=3).map(tuple)


def _selector(tests):
    try:
        return make_selector(tests)
    except BadRule:
        return None
