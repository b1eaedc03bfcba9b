"""Claim rules written in AD FS's language: what is printed is read as the same rules."""

from __future__ import annotations

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from support.claim_rules import rule_strategies
from support.clock import NOON

from idp.directory import User
from idp.federation.claim_rules.adfs import parser, printer
from idp.federation.claim_rules.directory_store import DirectoryStore
from idp.federation.claim_rules.engine import evaluate
from idp.federation.claim_rules.errors import BadRule
from idp.federation.claim_rules.model import (
    TYPE,
    ClaimRule,
    Each,
    Issue,
    equal,
    join_text,
    make_selector,
)
from idp.federation.claims import Claim
from idp.saml.values import PERSISTENT, TRANSIENT

USER = User(
    upn="alice@example.test",
    display_name="Alice Archer",
    email="alice@mail.test",
    windows_account_name="EXAMPLE\\alice",
    groups=("S-1-5-21-1-2-3-1234", "AWS-Dev"),
    disabled=False,
    valid_from=NOON,
)


@settings(max_examples=50)
@given(rule_strategies.rules(quotes=False, lists=False))
def test_rules_written_in_the_language_are_read_as_themselves(rules):
    assert parser.read(printer.write(rules)) == rules


STORE = DirectoryStore(USER, {PERSISTENT: "p", TRANSIENT: "t"}.get)
CLAIMS = [Claim(type_, value) for type_ in ("a", "b") for value in ("x", "y", "a|b", "ü")]


@settings(max_examples=50)
@given(rule_strategies.rules(quotes=False), st.lists(st.sampled_from(CLAIMS), unique=True))
def test_several_values_and_alternatives_are_written_as_rules_that_do_the_same(rules, claims):
    try:
        again = parser.read(printer.write(rules))
    except BadRule as fault:
        event(fault.problem)
        return

    made = evaluate(rules, claims, STORE).claims
    assert set(evaluate(again, claims, STORE).claims) == set(made)


def test_a_rule_for_each_value_would_find_what_the_one_before_has_made():
    several = Issue(join_text("a"), (join_text("x"), join_text("y")))
    found = Each(make_selector([equal(TYPE, "a")]))

    with pytest.raises(BadRule, match="selects claims of the type that it issues"):
        printer.write((ClaimRule((found,), several),))


def test_a_quotation_mark_cannot_be_written_in_the_language():
    rule = ClaimRule((), Issue(join_text("a"), (join_text('the "a"'),)))

    with pytest.raises(BadRule, match="cannot express the quotation mark"):
        printer.write((rule,))
