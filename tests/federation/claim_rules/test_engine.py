from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.clock import NOON

from idp.directory import User
from idp.federation.claim_rules.directory_store import DirectoryStore
from idp.federation.claim_rules.engine import evaluate
from idp.federation.claim_rules.errors import BadRule, TooMuchWork
from idp.federation.claim_rules.model import (
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
    Query,
    Ref,
    Replace,
    Selector,
    Test,
    equal,
    join_text,
)
from idp.federation.claim_rules.validation import check
from idp.federation.claims import DENY, FORMAT, LOCAL_AUTHORITY, PERMIT, Claim

USER = User(
    upn="alice@example.test",
    display_name="Alice Archer",
    email="",
    windows_account_name="EXAMPLE\\alice",
    groups=("staff", "wiki"),
    disabled=False,
    valid_from=NOON,
)
GROUPS = (Claim("group", "staff"), Claim("group", "app-wiki"), Claim("group", "APP-mail"))


def of(type_: str, *tests: Test) -> Selector:
    return Selector((equal(TYPE, type_), *tests))


def says(*value: str | Ref | Replace, type_: str = "role") -> Issue:
    return Issue(join_text(type_), (join_text(*value),))


def outcome_of(*rules: ClaimRule, claims=GROUPS):
    return evaluate([check(rule) for rule in rules], claims, DirectoryStore(USER))


def issued(*rules: ClaimRule, claims=GROUPS) -> list[tuple[str, str]]:
    return [(claim.type, claim.value) for claim in outcome_of(*rules, claims=claims).claims]


def test_without_rules_nothing_is_issued():
    assert issued() == []


def test_a_claim_is_passed_on_as_it_is():
    claim = Claim("upn", "a@b", "AD AUTHORITY", ((FORMAT, "urn:x"),))

    outcome = outcome_of(ClaimRule((Each(of("upn")),), Pass()), claims=[claim, Claim("other", "x")])

    assert outcome.claims == (claim,)


def test_a_rule_without_conditions_always_holds_and_is_its_own_authority():
    (claim,) = outcome_of(ClaimRule((), says("all")), claims=[]).claims

    assert (claim.value, claim.issuer) == ("all", LOCAL_AUTHORITY)


def test_a_rule_runs_for_each_claim_that_its_condition_finds():
    is_app = Test(VALUE, Operator.MATCHES, ("(?i)^app-",))
    value = Replace((Ref(0),), "(?i)^app-(.*)$", "role/$1")

    assert issued(ClaimRule((Each(of("group", is_app)),), says(value))) == [
        ("role", "role/wiki"),
        ("role", "role/mail"),
    ]


def test_all_conditions_must_hold_and_claims_are_combined():
    both = ClaimRule(
        (Each(of("a")), Each(of("b"))), says(Ref(0), "-", Ref(1), " by ", Ref(1, ISSUER))
    )
    claims = [Claim("a", "1"), Claim("a", "2"), Claim("b", "x", "me")]

    assert issued(both, claims=claims) == [("role", "1-x by me"), ("role", "2-x by me")]
    assert issued(both, claims=claims[:2]) == []


@pytest.mark.parametrize(
    ("operator", "texts", "found"),
    [
        (Operator.EQUAL, ("staff",), ["staff"]),
        (Operator.EQUAL, ("staff", "APP-mail"), ["staff", "APP-mail"]),
        (Operator.EQUAL, ("Staff",), []),
        (Operator.NOT_EQUAL, ("staff", "other"), ["app-wiki", "APP-mail"]),
        (Operator.MATCHES, ("^app", "ff$"), ["staff", "app-wiki"]),
        (Operator.NOT_MATCHES, ("(?i)^app",), ["staff"]),
    ],
)
def test_values_are_compared_as_texts_or_by_patterns(operator, texts, found):
    rule = ClaimRule((Each(of("group", Test(VALUE, operator, texts))),), Pass())

    assert [value for _, value in issued(rule)] == found


def test_a_missing_property_satisfies_no_comparison():
    test = Test(Part("property", FORMAT), Operator.NOT_EQUAL, ("urn:x",))
    claims = [Claim("a", "1"), Claim("a", "2", properties=((FORMAT, "urn:y"),))]

    assert issued(ClaimRule((Each(of("a", test)),), Pass()), claims=claims) == [("a", "2")]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Exists(of("group")), True),
        (Exists(of("none")), False),
        (Exists(of("group"), negated=True), False),
        (Exists(of("none"), negated=True), True),
        (Count(of("group"), "==", 3), True),
        (Count(of("group"), "!=", 3), False),
        (Count(of("group"), ">", 2), True),
        (Count(of("group"), "<", 3), False),
        (Count(of("none"), "<=", 0), True),
        (Count(of("group"), ">=", 4), False),
    ],
)
def test_a_condition_on_a_count_makes_a_rule_run_once(condition, holds):
    assert issued(ClaimRule((condition,), says("yes"))) == [("role", "yes")] * holds


def test_an_added_claim_is_seen_by_later_rules_only():
    temporary = ClaimRule((Exists(of("group")),), says("x", type_="temporary"), output=False)
    later = ClaimRule((Each(of("temporary")),), says(Ref(0), "!"))

    assert issued(temporary, later) == [("role", "x!")]
    assert issued(later, temporary) == []


def test_an_issued_claim_is_seen_by_later_rules():
    first = ClaimRule((), says("x", type_="first"))
    second = ClaimRule((Each(of("first")),), says(Ref(0)))

    assert issued(first, second) == [("first", "x"), ("role", "x")]


def test_the_directory_gives_every_value_and_no_claim_without_one():
    query = Query(
        (
            ("who", ("USERPRINCIPALNAME", "displayName", "sAMAccountName")),
            ("mail", ("mail",)),
            ("phone", ("telephoneNumber",)),
            ("group", ("tokenGroups", "tokenGroups(domainQualifiedName)")),
        )
    )

    assert issued(ClaimRule((), query)) == [
        ("who", "alice@example.test"),
        ("who", "Alice Archer"),
        ("who", "alice"),
        ("group", "staff"),
        ("group", "wiki"),
        ("group", "EXAMPLE\\staff"),
        ("group", "EXAMPLE\\wiki"),
    ]


def test_several_values_are_several_claims_and_an_empty_value_is_no_claim():
    several = Issue(
        join_text("role"), (join_text("a"), join_text(""), join_text("b"), join_text("a"))
    )

    assert issued(ClaimRule((), several)) == [("role", "a"), ("role", "b")]


def test_a_claim_carries_the_properties_that_its_rule_gives_it():
    rule = ClaimRule(
        (Each(of("mail")),),
        Issue(
            join_text("nameid"), (join_text(Ref(0)),), ((FORMAT, join_text("urn:mail")),), ("me",)
        ),
    )

    (claim,) = outcome_of(rule, claims=[Claim("mail", "a@b")]).claims

    assert claim == Claim("nameid", "a@b", "me", ((FORMAT, "urn:mail"),))


def test_the_trace_says_which_rule_made_which_claim():
    rules = (
        ClaimRule((), says("x", type_="t"), output=False),
        ClaimRule((Exists(of("none")),), says("never")),
        ClaimRule((Each(of("group")),), Pass(), name="groups"),
    )

    trace = outcome_of(*rules).trace

    assert [(step.number, step.rule, len(step.claims)) for step in trace] == [
        (1, rules[0], 1),
        (2, rules[1], 0),
        (3, rules[2], 3),
    ]


@given(st.permutations([PERMIT, PERMIT, DENY, "other"]), st.integers(0, 4))
def test_deny_beats_permit_whatever_the_order(types, count):
    rules = [ClaimRule((), says("x", type_=type_)) for type_ in types[:count]]

    permitted = outcome_of(*rules).is_permitted

    assert permitted == (PERMIT in types[:count] and DENY not in types[:count])


def test_rules_that_combine_too_much_are_stopped():
    many = [Claim("a", str(number)) for number in range(30)]
    each = Each(of("a"))

    with pytest.raises(TooMuchWork):
        issued(ClaimRule((each, each, each), says("x")), claims=many)


def test_rules_that_make_too_many_claims_are_stopped():
    many = [Claim("a", str(number)) for number in range(90)]

    with pytest.raises(TooMuchWork):
        issued(ClaimRule((Each(of("a")), Each(of("a"))), says(Ref(0), ",", Ref(1))), claims=many)


def test_values_that_double_with_each_rule_are_stopped():
    double = ClaimRule((Each(of("a")),), says(Ref(0), Ref(0), type_="a"))

    with pytest.raises(TooMuchWork):
        issued(*[double] * 40, claims=[Claim("a", "x")])


def test_a_pattern_that_would_hold_a_server_for_hours_does_not():
    evil = Test(VALUE, Operator.MATCHES, ("^(a+)+$",))

    assert (
        issued(ClaimRule((Each(of("a", evil)),), Pass()), claims=[Claim("a", "a" * 40 + "!")]) == []
    )


@pytest.mark.parametrize(
    "rule",
    [
        ClaimRule((), Pass()),
        ClaimRule((Exists(of("a")),), Pass()),
        ClaimRule((), says(Ref(0))),
        ClaimRule((Exists(of("a")),), says(Ref(0))),
        ClaimRule((Each(of("a")),), says(Ref(1))),
        ClaimRule((Each(of("a")),), says(Replace((Ref(-1),), "a", "b"))),
        ClaimRule((), says(Replace(("x",), "(", "b"))),
        ClaimRule((Each(of("a", Test(VALUE, Operator.MATCHES, ("[",)))),), Pass()),
        ClaimRule((Each(of("a", Test(VALUE, Operator.EQUAL, ()))),), Pass()),
        ClaimRule((), Issue((), (join_text("x"),))),
        ClaimRule((), Issue(join_text("a"), ())),
        ClaimRule((), Query(())),
        ClaimRule((), Query((("a", ("",)),))),
        ClaimRule((), says("x" * 5000)),
        ClaimRule((), says("\x00")),
        ClaimRule((), says("\x9b2J")),
        ClaimRule((Exists(of("a")),) * 10, says("x")),
    ],
)
def test_a_rule_that_cannot_be_carried_out_is_refused(rule):
    with pytest.raises(BadRule):
        check(rule)
