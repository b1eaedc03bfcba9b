"""A temporary access pass: told once, typed with ease, bounded in time and in tries, used once."""

from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.adapters.mfa_node import at_once
from support.users import ALICE, BOB

from adapter.mfa.access_pass import access_pass as passes
from adapter.mfa.access_pass.access_pass import ALPHABET, LENGTH, BadPass
from adapter.mfa.access_pass.factor import PassOutcome
from adapter.mfa.codes.limits import MAX_WRONG_IN_A_ROW
from adapter.mfa.methods import CannotBeDefault, Methods

RIGHT, WRONG, USED = PassOutcome.RIGHT, PassOutcome.WRONG, PassOutcome.USED


@pytest.fixture
def factor(mfa):
    return mfa.service.access_passes


def attempts():
    return (f"attempt {number}" for number in range(1000))


def test_a_pass_has_at_least_forty_bits_and_eight_to_sixteen_characters():
    text = passes.draw(Random(1))  # noqa: S311
    assert LENGTH * math.log2(len(set(ALPHABET))) >= 40
    assert 8 <= len(text) <= 16
    assert set(text) <= {*ALPHABET, "-"}
    assert not {*"ILOU"} & {*ALPHABET}


@given(st.integers(), st.sampled_from(["{}", " {} ", "{}\n", "\u200b{}", "{} "]), st.booleans())
def test_a_pass_may_be_typed_in_any_case_and_grouping(seed, shape, lower):
    text = passes.draw(Random(seed))  # noqa: S311
    typed = shape.format(text.replace("-", "").replace("0", "o").replace("1", "l"))
    typed = typed.lower() if lower else typed
    full_width = "".join(chr(ord(each) + 0xFEE0) for each in text if each != "-")

    digest = passes.digest(b"k" * 32, ALICE, text)
    assert passes.digest(b"k" * 32, ALICE, typed) == digest
    assert passes.digest(b"k" * 32, ALICE, full_width) == digest
    assert passes.digest(b"k" * 32, BOB, text) != digest
    assert passes.digest(b"l" * 32, ALICE, text) != digest


@pytest.mark.parametrize("text", ["", " ", "x" * 100_000, "\ud800", "\x00", "-" * 11])
def test_any_other_text_is_wrong(factor, text):
    factor.issue(ALICE)

    assert factor.check(ALICE, text, attempt="1") is WRONG


def test_a_pass_for_a_time_works_as_often_as_it_is_typed(mfa, factor):
    issued = factor.issue(ALICE, lifetime=timedelta(minutes=10))
    turns = attempts()
    for _ in range(3):
        assert factor.check(ALICE, issued.text, attempt=next(turns)) is RIGHT
    assert factor.check(BOB, issued.text, attempt=next(turns)) is WRONG
    mfa.clock.advance(minutes=10, seconds=-1)
    assert factor.check(ALICE, issued.text, attempt=next(turns)) is RIGHT

    mfa.clock.advance(seconds=1)

    assert factor.check(ALICE, issued.text, attempt=next(turns)) is PassOutcome.EXPIRED
    assert factor.methods_of(ALICE) == []


def test_a_pass_for_once_works_once(factor):
    issued = factor.issue(ALICE, once=True)

    assert factor.check(ALICE, issued.text, attempt="1") is RIGHT
    assert factor.check(ALICE, issued.text, attempt="2") is USED
    assert factor.check(ALICE, issued.text, attempt="1") is RIGHT, "its page passes once by itself"
    assert factor.check(ALICE, issued.text, attempt="2") is USED
    assert factor.methods_of(ALICE) == []


def test_of_fifty_parallel_uses_exactly_one_counts(mfa, other_node, factor):
    issued = factor.issue(ALICE, once=True)
    nodes = (factor, other_node.service.access_passes)

    def use(turn: int) -> PassOutcome:
        return nodes[turn % 2].check(ALICE, issued.text, attempt=str(turn))

    assert Counter(at_once(use, range(50))) == {RIGHT: 1, USED: 49}


def test_a_pass_does_not_work_before_its_time(mfa, factor):
    issued = factor.issue(ALICE, starts_at=mfa.clock.now() + timedelta(hours=2))
    assert factor.check(ALICE, issued.text, attempt="1") is PassOutcome.NOT_YET
    (listed,) = factor.methods_of(ALICE)
    assert listed.details["starts_at"] == issued.access_pass.starts_at.isoformat()

    mfa.clock.advance(hours=2)

    assert factor.check(ALICE, issued.text, attempt="2") is RIGHT


def test_a_new_pass_replaces_the_one_before(factor):
    first, second = factor.issue(ALICE), factor.issue(ALICE, once=True)

    assert factor.check(ALICE, first.text, attempt="1") is WRONG
    assert factor.check(ALICE, second.text, attempt="1") is RIGHT


def test_a_pass_that_was_deleted_is_worth_nothing(mfa, factor):
    issued = factor.issue(ALICE)
    assert factor.delete(ALICE)
    assert factor.check(ALICE, issued.text, attempt="1") is WRONG
    assert not factor.delete(ALICE)

    again = factor.issue(ALICE)
    assert mfa.service.remove(ALICE, again.access_pass.id).kind == "access_pass"
    assert factor.check(ALICE, again.text, attempt="1") is WRONG
    last = factor.issue(ALICE)
    assert [method.kind for method in mfa.service.remove_all(ALICE)] == ["access_pass"]
    assert factor.check(ALICE, last.text, attempt="2") is WRONG


def test_tries_are_counted_before_the_pass_is_compared_on_every_node(mfa, other_node, factor):
    issued = factor.issue(ALICE)
    nodes = (factor, other_node.service.access_passes)
    outcomes = at_once(
        lambda turn: nodes[turn % 2].check(ALICE, f"WRONG{turn:05}", attempt=str(turn)), range(30)
    )
    assert Counter(outcomes) == {WRONG: MAX_WRONG_IN_A_ROW, PassOutcome.LOCKED: 20}
    assert factor.check(ALICE, issued.text, attempt="right") is PassOutcome.LOCKED

    mfa.service.unlock(ALICE)

    assert factor.check(ALICE, issued.text, attempt="right") is RIGHT


def test_a_user_without_a_pass_has_the_same_tries(mfa, factor):
    turns = attempts()
    for _ in range(MAX_WRONG_IN_A_ROW):
        assert factor.check(ALICE, "AAAAA-AAAAA", attempt=next(turns)) is WRONG
    assert factor.check(ALICE, "AAAAA-AAAAA", attempt=next(turns)) is PassOutcome.LOCKED
    mfa.clock.advance(minutes=15)
    assert factor.check(ALICE, "AAAAA-AAAAA", attempt=next(turns)) is WRONG


def test_the_same_wrong_pass_posted_again_costs_nothing(factor):
    issued = factor.issue(ALICE)
    assert factor.check(ALICE, "AAAAA-AAAAA", attempt="1") is WRONG
    for _ in range(3 * MAX_WRONG_IN_A_ROW):
        assert factor.check(ALICE, "aaaaa aaaaa", attempt="1") is PassOutcome.REPEATED

    assert factor.check(ALICE, issued.text, attempt="1") is RIGHT
    assert factor.check(ALICE, issued.text, attempt="1") is RIGHT


@pytest.mark.parametrize(
    "times",
    [
        {"lifetime": timedelta(minutes=9)},
        {"lifetime": timedelta(days=31)},
        {"lifetime": timedelta(0)},
        {"starts_in": timedelta(days=31)},
        {"starts_in": timedelta(hours=-2)},
    ],
)
def test_times_that_cannot_be_are_refused_and_the_pass_before_stays(mfa, factor, times):
    before = factor.issue(ALICE)
    starts = mfa.clock.now() + times.get("starts_in", timedelta(0))
    with pytest.raises(BadPass):
        factor.issue(ALICE, starts_at=starts, lifetime=times.get("lifetime", timedelta(hours=1)))

    assert factor.check(ALICE, before.text, attempt="1") is RIGHT


def test_it_is_listed_without_its_text_and_is_no_method_that_a_sign_in_asks_for(mfa, factor):
    issued = factor.issue(ALICE)
    methods = mfa.service.methods_of(ALICE)
    (listed,) = methods.registered
    assert (listed.id, listed.kind) == (issued.access_pass.id, "access_pass")
    assert issued.text not in repr(mfa.stores.access_passes.find(ALICE))
    assert issued.text.replace("-", "") not in repr(methods)
    assert mfa.service.permissions_of(ALICE).of(listed).is_allowed
    assert (methods.default, methods.apps) == (None, 0)
    assert mfa.service.way_of(ALICE).reason == ""
    with pytest.raises(CannotBeDefault):
        mfa.service.choose_default(ALICE, listed.id)

    phone = mfa.give_phone()

    assert mfa.service.methods_of(ALICE).default.id == phone.id
    assert Methods((listed,), chosen=listed.id).default is None
