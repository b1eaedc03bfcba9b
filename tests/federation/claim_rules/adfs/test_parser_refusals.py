"""A rule that cannot be read: it is refused with its place, whatever the text is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.claim_rules.rule_texts import (
    ACCOUNT,
    AT_ONCE,
    EXPIRY,
    NAMED,
    OPAQUE,
    THE_FIVE,
)

from idp.federation.claim_rules.adfs import parser
from idp.federation.claim_rules.adfs.lexer import UnreadableRule
from idp.saml.values import TRANSIENT

SEARCH = ACCOUNT + ' => issue(store = "Active Directory", types = ("a"), query = "samAccountName='

GOOD = 'c:[Type == "a"] => issue(claim = c);\n'

CANNOT = [
    (GOOD + "c:[Type == “a”]", "Line 2, column 12: There is a “"),
    (GOOD + '  c:[Type == "a]', "Line 2, column 14: A text has no end"),
    ("/* x", "Line 1, column 1: A comment has no end"),
    ("c:[Type == 'a'] => issue(claim = c);", "Line 1, column 12: \"'\" does not exist"),
    ('c:[Kind == "a"] => issue(claim = c);', "column 4: Found Kind where Type, Value"),
    ('c:[Type = "a"] => issue(claim = c);', "column 9: Found = where ==, !="),
    ("c:[Type == a] => issue(claim = c);", "column 12: Found a where a text"),
    ('c:[Type == "a" Value == "b"] => issue(claim = c);', "column 16: Found Value where ,"),
    ('c:[Type == "a"] => issue(claim = d);', "column 34: No condition of the rule is called d"),
    ('c:[Type == "a"] => issue(claim = c)', "column 36: Found the end where ; was expected"),
    ('c:[Type == "a"] => send(claim = c);', "column 20: Found send where issue or add"),
    ('c:[Type == "a"] issue(claim = c);', "column 17: Found issue where && was expected"),
    ('c:[] && c:[] => issue(claim = c);', "column 9: c is the name of an earlier condition"),
    ('c:[Value =~ "("] => issue(claim = c);', "column 13: The pattern '(' is"),
    ('c:[Value =~ "(?=a)"] => issue(claim = c);', "column 13: The pattern"),
    ('c:[Value == "a", Value == "b"] => issue(claim = c);', "column 3: A condition compares"),
    ('c:[ValueType == "x"] => issue(claim = c);', "column 4: All values are strings"),
    ('count([]) ~ 2 => issue(Type = "a", Value = "b");', "column 11: '~' does not exist"),
    ('count([]) == x => issue(Type = "a", Value = "b");', "column 14: Found x where a number"),
    ('=> issue(Type = "a");', "column 10: A claim is issued without Type or Value"),
    ('=> issue(Type = "a", Type = "b", Value = "c");', "column 22: Type is given twice"),
    ('=> issue();', "column 10: Found )"),
    ('c:[] => issue(Type = "a", Value = RegexReplace(c.Type, "[", ""));', "column 56: The pattern"),
    ('c:[] => issue(Type = "a", Value = c.Kind);', "column 37: Found Kind"),
    ('=> issue(Type = "a", Value = "\x01");', "Line 1, column 1: A text in a rule"),
    (ACCOUNT + ' => issue(store = "SQL", types = ("a"), query = ";mail;{0}", param = c.Value);',
     'There is no store "SQL"'),
    (ACCOUNT + ' => issue(store = "Active Directory", types = ("a"), query = "(cn={0});mail;{0}",'
     " param = c.Value);", "is not understood"),
    (SEARCH + '{0};mail;{1}",'
     ' param = "root", param = c.Value);', "is not understood"),
    (SEARCH + '{0};mail;{1}",'
     ' param = RegexReplace(c.Value, ".*", "root"), param = c.Value);', "is not understood"),
    (SEARCH + '{0};mail;{1}", param = RegexReplace(c.Value, ".*", "' + "x" * 9000 + '"),'
     ' param = c.Value);', "is not understood"),
    (SEARCH + '{2};mail;{0}",'
     ' param = c.Value);', "is not understood"),
    (ACCOUNT + ' => issue(store = "Active Directory", types = ("a"), query = ";mail,cn;{0}",'
     " param = c.Value);", "The query has 2 attributes, but types has 1"),
    (ACCOUNT + ' => issue(store = "Active Directory", types = ("a"), query = ";mail;{1}",'
     " param = c.Value);", "There is no param for {1}"),
    ('c:[Type == "manager"] => issue(store = "Active Directory", types = ("a"),'
     ' query = ";mail;{0}", param = c.Value);', "only be queried for the user"),
    (OPAQUE.format(kind="other"), "There is no such kind of opaque id"),
    (AT_ONCE.replace('("urn:ppid")', '("a", "b")'), "An opaque id is issued as one claim"),
    (AT_ONCE.replace("ppid", "other"), "There is no such kind of opaque id"),
    (EXPIRY.replace("passwordchangeurl", "colour"), "has no 'http://schemas.microsoft.com"),
    ('c:[, Type == "a"] => issue(claim = c);', "column 4: Found ,"),
    ('c:[Type == "a",,] => issue(claim = c);', "column 16: Found ,"),
    ('c:[Type == "a"] => issue(Type = "a", Value = "b",);', "Found )"),
    ('exists([Type == "g"]) && ' + OPAQUE.format(kind="ppid"),
     "an opaque id does something else as well"),
    (OPAQUE.format(kind="ppid") + NAMED.format(format=TRANSIENT),
     "can only be issued as a claim of its format"),
    (OPAQUE.format(kind="ppid") + 'c:[Type == "t"] => issue(Type = "a", Value = c.Value);',
     "can only be issued as a claim of its format"),
    (OPAQUE.format(kind="ppid") + 'c:[Type == "t"] => issue(claim = c);',
     "only be issued as a claim of its format"),
    ('=> issue(Type = "a", Value = ' + "RegexReplace(" * 20, "RegexReplace is nested more than"),
    (GOOD * 201, "Line 201, column 1: There are more than 200 rules"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "problem"), CANNOT)
def test_a_syntax_error_is_reported_with_its_place(text, problem):
    with pytest.raises(UnreadableRule) as caught:
        parser.read(text)

    assert problem in str(caught.value)


_PIECES = [*re.findall(r'"[^"]*"|\w+|\W', THE_FIVE), '"', "“", "/*", "//", "(", "=>", "\x00"]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(_PIECES), max_size=60).map("".join) | st.text(max_size=40))
def test_garbage_is_unreadable_and_nothing_else(text):
    try:
        parser.read(text)
    except UnreadableRule as fault:
        named = fault
    else:
        return
    assert 1 <= named.line <= text.count("\n") + 1
    assert named.column >= 1


@pytest.mark.parametrize("piece", ["(", "[", '"', "/*", "c:[", "not exists(", "@a = ", "&& ", "{"])
def test_long_garbage_is_read_once(piece):
    with pytest.raises(UnreadableRule):
        parser.read(piece * (190_000 // len(piece)))


def test_more_text_than_anybody_writes_is_not_read():
    with pytest.raises(UnreadableRule, match="more than 200000"):
        parser.read(" " * 200_001)
