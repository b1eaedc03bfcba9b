from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.federation.claim_rules.errors import BadRule, TooMuchWork
from idp.federation.claim_rules.patterns import compile_pattern


def matches(pattern: str, text: str) -> bool:
    return compile_pattern(pattern).matches(text)


def replace(text: str, pattern: str, replacement: str) -> str:
    return compile_pattern(pattern).replace(text, replacement)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(?i)^myapp\\.", "MyApp.Admins"),
        ("-515$", "S-1-5-21-1-2-3-515"),
        ("^(AD AUTHORITY|SELF AUTHORITY|LOCAL AUTHORITY)$", "AD AUTHORITY"),
        (r"\b192\.168\.1\.([1-9]|[1-9][0-9]|1[0-9]{2})\b", "192.168.1.17, 10.0.0.1"),
        ("(?i:ADMIN)s", "admins"),
        ("a(?i)B|C", "c"),
        ("(?s)a.c", "a\nc"),
        ("(?m)^b$", "a\nb\nc"),
        ("[^]a]", "b"),
        (r"[^\d]", "x"),
        (r"[]\w]", "]"),
        (r"x-[\w-]", "x-y"),
        (r"\d", "\N{ARABIC-INDIC DIGIT ONE}"),
        (r"^[\w.-]+@", "ä_b.c-d@"),
        (r"\x41B\t", "AB\t"),
        ("a{2}b{,1}", "aab{,1}"),
        ("", ""),
    ],
)
def test_a_pattern_is_found_as_dotnet_finds_it(pattern, text):
    assert matches(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^myapp", "MyApp"),
        ("^b$", "a\nb"),
        ("a.c", "a\nc"),
        (r"a\z", "a\n"),
        ("a(?i:b)c", "abC"),
        (r"\Bword", "a word"),
    ],
)
def test_a_pattern_is_not_found_where_dotnet_does_not_find_it(pattern, text):
    assert not matches(pattern, text)


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "result"),
    [
        ("EXAMPLE\\alice", r"(?<domain>[^\\]+)\\(?<user>.+)", "${user}@${domain}", "alice@EXAMPLE"),
        ("a@b.example", ".+@(?<domain>.+)", "http://${domain}/adfs/", "http://b.example/adfs/"),
        ("a.b@x.co", r"^((.*)([.|@]))?(?<domain>[^.]*[.].*)$", "${domain}", "x.co"),
        ("AWS-Dev", "(?i)^aws-", "role/ADFS-", "role/ADFS-Dev"),
        ("ab", "(?<x>a)(b)", "$1$2$$1$&${3}${none}", "ba$1ab${3}${none}"),
        ("baac", "a*", "-", "-b--c-"),
        ("nothing", "x", "y", "nothing"),
        ("aXbX", "X", "$10", "a$10b$10"),
    ],
)
def test_a_match_is_replaced_as_dotnet_replaces_it(text, pattern, replacement, result):
    assert replace(text, pattern, replacement) == result


@pytest.mark.parametrize(
    "pattern",
    [
        "(", ")", "[", "[a", "a**", "a{2}{3}", "*", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?>a)",
        r"(a)\1", r"\k<a>", "a\\", r"\x4", r"\u12g4", "[z-a]", "[a-z-[aeiou]]", "(?<a)",
        "a{2,1}", "a{1001}", "(?x)a", "a" * 1001, "a++",
        "((a{100}){100}){100}",
    ],
)  # fmt: skip
def test_a_pattern_that_is_not_supported_is_refused(pattern):
    with pytest.raises(BadRule):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["^(a+)+$", "(a|a)*b", "(a*)*b", "^(.*)*(.*)*(.*)*$b", "(?:){1000}b", "(x+x+)+y"]
)
def test_no_pattern_holds_the_server_up(pattern):
    assert not matches(pattern, "a" * 8000 + "!")  # tried again and again, it would never end


def test_a_value_does_not_grow_without_end():
    with pytest.raises(TooMuchWork):
        replace("a" * 5000, "a", "$&$&")


_atoms = st.sampled_from(["a", "b", "A", ".", "[ab]", "[^a]", r"\w", r"\d", "-", r"\.", "\n", "é"])


def _extended(inner):
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.tuples(inner, inner).map("(?:{0[0]}|{0[1]})".format),
        inner.map("({})".format),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}"])).map(
            lambda pair: f"(?:{pair[0]}x){pair[1]}"  # a body that is not empty
        ),
        inner.map("(?i:{})".format),
    )


patterns = st.recursive(_atoms, _extended, max_leaves=8)
texts = st.text(alphabet="abAx-.\né", max_size=12)


@given(patterns, texts)
def test_the_same_is_found_as_by_a_matcher_that_goes_back(pattern, text):
    other = re.compile(pattern)
    groups = [f"${{{number + 1}}}" for number in range(other.groups)]

    replaced = replace(text, pattern, "|".join(["<$&", *groups]) + ">")

    assert replaced == _replaced(other, text)


def _replaced(pattern: re.Pattern[str], text: str) -> str:
    """Replace as .NET does: after an empty match, the next one begins a character later."""
    parts, done, at = [], 0, 0
    while at <= len(text) and (found := pattern.search(text, at)):
        groups = [group or "" for group in found.groups()]
        parts += [text[done : found.start()], "|".join([f"<{found[0]}", *groups]), ">"]
        done = found.end()
        at = done + (not found[0])
    return "".join(parts) + text[done:]


@given(st.text(alphabet=r"ab()[]{}|\*+?^$.,12<>:=!-Pi'xu", max_size=20), st.text(max_size=10))
def test_no_text_is_a_pattern_that_fails_in_another_way(pattern, text):
    try:
        found = compile_pattern(pattern)
    except BadRule:
        return
    found.replace(text, "$1")
