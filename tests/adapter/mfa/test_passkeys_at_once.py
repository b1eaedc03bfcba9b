"""Passkeys used and registered at the same instant, on two nodes: exactly one counts."""

from __future__ import annotations

import pytest
from support.adapters.mfa_node import ORIGIN, at_once
from support.passkeys import SoftwareAuthenticator
from support.users import ALICE

from adapter.mfa.passkeys.limits import (
    MAX_PASSKEYS,
    TooManyPasskeys,
)
from adapter.mfa.passkeys.passkey import Passkey, PasskeyRefused


@pytest.fixture
def browser() -> SoftwareAuthenticator:
    return SoftwareAuthenticator(ORIGIN)


def codes_in(outcomes) -> set[str]:
    """Return the codes of the refusals; what else was raised is an outcome of no kind."""
    return {
        each.code if isinstance(each, PasskeyRefused) else repr(each)
        for each in outcomes
        if not isinstance(each, Passkey)
    }


def test_of_fifty_uses_of_one_answer_at_once_on_two_nodes_one_works(mfa, other_node):
    browser = SoftwareAuthenticator(ORIGIN, counts=False)
    mfa.give_passkey(browser)
    answer = browser.get(mfa.passkeys.authentication_options(attempt="page"))

    def use(turn: int) -> Passkey:
        return (mfa, other_node)[turn % 2].passkeys.authenticate(answer, attempt="page")

    outcomes = at_once(use, range(50))

    assert sum(isinstance(each, Passkey) for each in outcomes) == 1
    assert codes_in(outcomes) == {"passkey_used"}


def test_of_fifty_registrations_with_one_answer_at_once_on_two_nodes_one_is_made(
    mfa, other_node, browser
):
    answer = browser.create(mfa.passkeys.registration_options(ALICE, attempt="page"))

    def use(turn: int) -> Passkey:
        return (mfa, other_node)[turn % 2].passkeys.register(ALICE, answer, attempt="page")

    outcomes = at_once(use, range(50))

    assert sum(isinstance(each, Passkey) for each in outcomes) == 1
    assert codes_in(outcomes) == {"passkey_used"}


def test_of_two_answers_with_the_same_count_at_once_one_works(mfa, other_node, browser):
    mfa.give_passkey(browser)
    nodes = (mfa, other_node)
    answers = [
        browser.get(node.passkeys.authentication_options(attempt="page"), count=1)
        for node in nodes * 4
    ]

    def use(turn: int) -> Passkey:
        return nodes[turn % 2].passkeys.authenticate(answers[turn], attempt="page")

    outcomes = at_once(use, range(8))

    assert sum(isinstance(each, Passkey) for each in outcomes) == 1
    assert codes_in(outcomes) == {"passkey_copied"}


def test_of_many_registrations_at_once_on_two_nodes_only_so_many_are_made(mfa, other_node):
    answers = [
        SoftwareAuthenticator(ORIGIN).create(
            mfa.passkeys.registration_options(ALICE, attempt="page")
        )
        for _ in range(MAX_PASSKEYS + 4)
    ]

    def add(turn: int) -> Passkey:
        node = (mfa, other_node)[turn % 2]
        return node.passkeys.register(ALICE, answers[turn], attempt="page")

    outcomes = at_once(add, range(len(answers)))

    assert sum(isinstance(each, TooManyPasskeys) for each in outcomes) == 4
    assert len(mfa.service.methods_of(ALICE).registered) == MAX_PASSKEYS
    with pytest.raises(TooManyPasskeys):
        mfa.passkeys.registration_options(ALICE, attempt="page")
