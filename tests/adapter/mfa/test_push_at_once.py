"""The push factor on two nodes at once: one answer, one collection."""

from __future__ import annotations

import pytest
from support.adapters.mfa_node import at_once
from support.users import ALICE

from adapter.mfa.push.challenge import AnswerRefused, State


def code_of(error: object) -> str:
    assert isinstance(error, AnswerRefused), error
    return error.code


def test_of_many_answers_at_once_on_two_nodes_exactly_one_counts(mfa, other_node):
    phones = [mfa.give_phone(name=f"Phone {n}") for n in range(4)]
    started = mfa.send()

    def approve(turn: int):
        return (mfa, other_node)[turn % 2].approve(phones[turn % 4], started)

    outcomes = at_once(approve, range(16))

    counted = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    assert [challenge.state for challenge in counted] == [State.APPROVED]
    refused = [code_of(outcome) for outcome in outcomes if outcome not in counted]
    assert set(refused) == {"already_answered"}
    assert mfa.stores.push.find(started.challenge.id) == counted[0]


@pytest.mark.parametrize("turn", range(5))
def test_approve_and_deny_at_once_are_a_denial(mfa, other_node, turn):
    phone, tablet = mfa.give_phone(), mfa.give_phone(name="Tablet")
    started = mfa.send()
    actions = [lambda: mfa.approve(phone, started), lambda: other_node.deny(tablet, started)]

    at_once(lambda action: action(), actions[:: -1 if turn % 2 else 1])

    assert mfa.push.state(started.challenge.id, ALICE) is State.DENIED
    assert not mfa.push.collect(started.challenge.id, ALICE)


def test_of_many_pages_that_collect_at_once_exactly_one_signs_in(mfa, other_node):
    phone = mfa.give_phone()
    started = mfa.send()
    mfa.approve(phone, started)

    def collect(turn: int) -> bool:
        return (mfa, other_node)[turn % 2].push.collect(started.challenge.id, ALICE)

    assert sorted(at_once(collect, range(16))) == [False] * 15 + [True]


@pytest.mark.parametrize("turn", range(4))
def test_a_collection_and_a_denial_at_once_do_not_both_succeed(mfa, other_node, turn):
    phone, tablet = mfa.give_phone(), mfa.give_phone(name="Tablet")
    started = mfa.send()
    mfa.approve(phone, started)
    actions = [
        lambda: mfa.push.collect(started.challenge.id, ALICE),
        lambda: other_node.deny(tablet, started),
    ]

    outcomes = at_once(lambda index: actions[index](), (0, 1) if turn % 2 else (1, 0))

    collected, denied = outcomes if turn % 2 else reversed(outcomes)
    assert collected is isinstance(denied, AnswerRefused)


def test_of_many_requests_sent_at_once_one_is_pending(mfa, other_node):
    phone = mfa.give_phone()

    at_once(lambda turn: (mfa, other_node)[turn % 2].send(), range(5))

    assert len(mfa.push.pending_for(phone)) == 1
