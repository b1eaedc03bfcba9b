from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.claim_rules import rule_strategies

from idp.federation.claim_rules.errors import BadRule
from idp.federation.claim_rules.model import Ref, Replace, join_text
from idp.federation.claim_rules.toml import reader, templates, writer
from idp.federation.claim_rules.toml.text import write_toml


@settings(max_examples=50)
@given(rule_strategies.rules())
def test_rules_written_as_toml_are_read_as_themselves(rules):
    assert reader.read_toml(write_toml(rules)) == rules
    assert reader.read(json.loads(json.dumps(writer.write(rules)))) == rules


EXAMPLE = r"""[[claim_rules]]
pass = "upn"

[[claim_rules]]
name      = "From the directory"
directory = { emailaddress = "mail", "urn:names" = ["displayName", "sAMAccountName"] }
output    = false

[[claim_rules]]
when  = { exists = "group", value = ["staff", "managers"] }
issue = "role"
value = ["reader", "writer"]

[[claim_rules]]
when   = [
    { claim = "group", value = { matches = "(?i)^app-" } },
    { not_exists = "insidecorporatenetwork", value = "false" },
    { count = "*", issuer = { not = "me" }, is = ">= 2" },
]
issue  = "literal:role"
value  = 'EXAMPLE\{replace(value, "(?i)^app-", "")}'
issuer = "{issuer}"

[[claim_rules]]
when   = { claim = "emailaddress" }
issue  = "nameid"
value  = "{value}"
format = "emailAddress"

[[claim_rules]]
issue  = "nameid"
format = "persistent"
"""


def test_the_text_that_is_written_is_the_text_that_people_write():
    assert write_toml(reader.read_toml(EXAMPLE)) == EXAMPLE


def test_no_rules_are_a_list_without_any():
    assert reader.read_toml(write_toml(())) == ()


RULE = '[[claim_rules]]\nissue = "role"\nvalue = "x"\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[claim_rules]", "not TOML"),
        ("x = " + "[" * 5000, "not TOML"),
        ("x = " + "1" * 5000, "not TOML"),
        ("[[rules]]\npass = 'upn'", "more in the text"),
        ("claim_rules = []\nissuance_transform_rules = []", "more in the text"),
        ("claim_rules = 5", "not a list"),
        ("claim_rules = [5]", "Rule 1: a rule is not a table"),
        (RULE + '[[claim_rules]]\nname = "x"', "Rule 2: A rule does not say what it does"),
        (RULE + 'pass = "upn"', "Rule 1: A rule does not say"),
        (RULE + "when = 5", "when is not a table"),
        (RULE + "when = {}", "A condition has no claim"),
        (RULE + 'when = { claim = "upn", exists = "upn" }', "A condition has no claim"),
        (RULE + 'when = { claim = "upn", valeu = "x" }', "'valeu' is unknown here"),
        (RULE + 'when = { claim = "upn", value = { like = "x" } }', "'like' is unknown here"),
        (RULE + 'when = { claim = "upn", value = { matches = "(" } }', "The pattern '('"),
        (RULE + 'when = { claim = "upn", value = [] }', "no text to compare with"),
        (RULE + 'when = { claim = "upn", value = 5 }', "value is not a text"),
        (RULE + 'when = { count = "upn" }', "is is not a text"),
        (RULE + 'when = { count = "upn", is = ">=2" }', "not compared with a number"),
        (RULE + 'when = { count = "upn", is = "about 2" }', "not compared with a number"),
        (RULE + 'valeu = "x"', "'valeu' is unknown here"),
        (RULE + "output = 0", "output is not true or false"),
        (RULE + "name = 5", "name is not a text"),
        (RULE + 'format = "persistent"\nproperties = { "%s" = "x" }', "two formats"),
        ('[[claim_rules]]\nissue = "role"', "no value"),
        ('[[claim_rules]]\nissue = "nameid"\nformat = "emailAddress"', "no value"),
        ('[[claim_rules]]\nissue = "role"\nvalue = "{value}"', "which selects no claim"),
        ('[[claim_rules]]\nissue = "role"\nvalue = "{x}"', "cannot be understood from character 2"),
        ('[[claim_rules]]\nissue = "role"\nvalue = []', "no value"),
        ("[[claim_rules]]\npass = 5", "pass is not a table"),
        ('[[claim_rules]]\npass = { exists = "upn" }', "that no condition selects"),
        ("[[claim_rules]]\ndirectory = {}", "asked for no attribute"),
        ('[[claim_rules]]\npass = "upn"\nvalue = "x"', "'value' is unknown here"),
        (RULE * 201, "not a list of at most 200"),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_reported_with_its_number(text, problem):
    text = text.replace(
        "%s", "http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/format"
    )
    with pytest.raises(BadRule) as caught:
        reader.read_toml(text)

    assert problem in str(caught.value)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["pass", "issue", "value", "when", "claim", "count", "is", "directory",
                         "properties", "format", "matches", "not", "output", "name"]),
        inner,
        max_size=4,
    ),
)  # fmt: skip


@given(_json | st.lists(_json, max_size=2))
def test_no_value_is_read_as_rules_that_fails_in_another_way(value):
    try:
        rules = reader.read(value)
    except BadRule:
        return
    assert reader.read(writer.write(rules)) == rules


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("", ()),
        ("plain", ("plain",)),
        ("{{value}}", ("{value}",)),
        ("{value}@{2.value}", (Ref(0), "@", Ref(1))),
        (
            'x{replace("a ""b""" + value, "\\d{2}", "")}',
            ("x", Replace(('a "b"', Ref(0)), "\\d{2}", "")),
        ),
    ],
)
def test_a_template_is_a_text_with_claims_in_braces(written, text):
    assert templates.read(written) == text
    assert templates.write(join_text(*text)) == written


@pytest.mark.parametrize(
    "written",
    [
        "{", "}", "{}", "{value", "{value}}", "{0.value}", "{10.value}", "{.value}", '{"x"}',
        "{VALUE}", "{property}", "{replace(value)}", '{replace(value, "a", value)}',
        '{replace(, "a", "b")}', '{replace(value, "a", "b"}', '{replace(value, "a, "b")}',
        "{replace(" * 50,
    ],
)  # fmt: skip
def test_a_malformed_template_is_refused(written):
    with pytest.raises(BadRule):
        templates.read(written)


@given(st.text(alphabet='{}value.2replac("), ityiu+x', max_size=40))
def test_no_text_is_a_template_that_fails_in_another_way(written):
    try:
        text = templates.read(written)
    except BadRule:
        return
    assert templates.read(templates.write(text)) == text
