"""Hardware tokens: what is accepted, activation by a code, steps of 60 seconds, and how many."""

from __future__ import annotations

from dataclasses import replace

import pyotp
import pytest
from support.adapters.mfa_node import at_once
from support.users import ALICE, BOB

from adapter.mfa.codes.factor import CodeOutcome
from adapter.mfa.codes.hardware import BadToken, NewToken, read_token
from adapter.mfa.codes.limits import MAX_WRONG_IN_A_ROW
from adapter.mfa.codes.store import TokenRefusal
from adapter.mfa.methods import MAX_APPS, TooManyMethods

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
RIGHT, WRONG, USED, LOCKED = (
    CodeOutcome.RIGHT, CodeOutcome.WRONG, CodeOutcome.USED, CodeOutcome.LOCKED,
)  # fmt: skip


def given(**changes):
    values = {"serial_number": "G1", "secret": SECRET, "period": "30", **changes}
    return read_token(ALICE, **values)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, ""),
        ({"period": 60}, ""),
        ({"secret": "jbsw y3dp-ehpk 3pxp"}, ""),
        ({"secret": "A" * 128}, ""),
        ({"secret": "JBSWY3DPEHPK3PXPJA======"}, ""),
        ({"secret": "A" * 129}, "16 to 128"),
        ({"secret": "A" * 15}, "16 to 128"),
        ({"secret": "A" * 17}, "not Base32"),
        ({"secret": "JBSWY3DPEHPK3PX1"}, "not Base32"),
        ({"secret": "ÄBSWY3DPEHPK3PXP"}, "not Base32"),
        ({"serial_number": ""}, "serial number is missing"),
        ({"serial_number": "1" * 65}, "more than 64"),
        ({"model": "a\nb"}, "control characters"),
        ({"model": "a\u202eb"}, "control characters"),
        ({"period": "45"}, "neither 30 nor 60"),
        ({"period": True}, "neither 30 nor 60"),
        ({"period": "30.0"}, "neither 30 nor 60"),
    ],
)
def test_what_a_token_may_be(changes, fault):
    if not fault:
        token = given(**changes)
        assert " " not in token.secret
        assert token.secret == token.secret.upper()
        return
    with pytest.raises(BadToken) as refused:
        given(**changes)
    assert fault in str(refused.value)
    assert changes.get("secret", SECRET) not in str(refused.value)


def test_all_faults_of_a_token_are_said_at_once():
    with pytest.raises(BadToken) as refused:
        given(serial_number="", secret="", period="")

    assert len(refused.value.faults) == 3


@pytest.mark.parametrize(
    ("changes", "name"),
    [({}, "G1"), ({"manufacturer": "Acme", "model": "One"}, "Acme One"), ({"model": "X"}, "X")],
)
def test_a_token_is_called_by_maker_and_model(changes, name):
    assert given(**changes).name == name


@pytest.fixture
def period() -> int:
    return 60


@pytest.fixture
def token(mfa, period):
    """A token of Alice's that waits."""
    assert mfa.codes.add_tokens([NewToken(ALICE, "G1", SECRET, period)]) == {}
    (waiting,) = mfa.codes.tokens(ALICE)
    return waiting


def code_of(mfa, token, steps: int = 0) -> str:
    return pyotp.TOTP(SECRET, interval=token.period).at(mfa.clock.now(), counter_offset=steps)


def check(mfa, token, steps: int = 0, attempt: str = "1", **options) -> CodeOutcome:
    return mfa.codes.check(ALICE, code_of(mfa, token, steps), attempt=attempt, **options)


def activated(mfa, token):
    assert mfa.codes.activate_token(ALICE, token.id, code_of(mfa, token, -1)) is RIGHT
    return token


def test_a_token_that_waits_is_no_method_and_its_codes_are_wrong(mfa, token):
    assert mfa.service.methods_of(ALICE).registered == ()
    assert check(mfa, token) is WRONG
    assert (token.activated, token.last_used) == (None, None)


@pytest.mark.parametrize("period", [30, 60])
def test_an_activated_token_is_a_method_and_each_of_its_codes_is_right_once(mfa, token):
    activated(mfa, token)

    (method,) = mfa.service.methods_of(ALICE).registered
    assert (method.id, method.kind, method.name) == (token.id, "totp", "G1")
    assert method.details == {"app": "hardware_token", "serial_number": "G1"}
    assert check(mfa, token, -1) is USED  # its activation has used the step up
    assert check(mfa, token, 0, "2") is RIGHT
    assert check(mfa, token, 0, "3") is USED
    assert check(mfa, token, 1, "4") is RIGHT
    assert check(mfa, token, 2, "5") is WRONG
    (stored,) = mfa.codes.tokens()
    assert stored.activated == stored.last_used == mfa.clock.now()


def test_codes_of_a_token_that_no_policy_allows_are_wrong(mfa, token):
    activated(mfa, token)

    assert check(mfa, token, apps=("code_app", "authenticator_code")) is WRONG
    assert check(mfa, token, attempt="2", apps=("hardware_token",)) is RIGHT


def test_wrong_codes_at_an_activation_are_counted_and_right_ones_forgive_none(mfa, token):
    right = code_of(mfa, token)
    wrong = f"{(int(right) + 500_000) % 1_000_000:06d}"
    for _ in range(MAX_WRONG_IN_A_ROW - 1):
        assert mfa.codes.activate_token(ALICE, token.id, wrong) is WRONG
    activated(mfa, token)

    assert mfa.codes.check(ALICE, wrong, attempt="1") is WRONG
    assert mfa.codes.check(ALICE, right, attempt="2") is LOCKED


def test_nobody_activates_or_removes_the_token_of_another_user(mfa, token):
    assert mfa.codes.activate_token(BOB, token.id, code_of(mfa, token)) is USED
    assert not mfa.codes.remove(BOB, token.id)
    assert mfa.codes.tokens(ALICE) == [token]


def test_of_many_activations_at_once_on_two_nodes_one_is_made(mfa, other_node, token):
    code = code_of(mfa, token)

    def activate(turn: int) -> CodeOutcome:
        return (mfa, other_node)[turn % 2].codes.activate_token(ALICE, token.id, code)

    outcomes = at_once(activate, range(10))

    assert (outcomes.count(RIGHT), outcomes.count(USED)) == (1, 9)


def test_a_code_is_right_once_of_many_at_once_on_two_nodes(mfa, other_node, token):
    activated(mfa, token)
    code = code_of(mfa, token)

    def use(turn: int) -> CodeOutcome:
        node = (mfa, other_node)[turn % 2]
        return node.codes.check(ALICE, code, attempt=f"{turn}")

    assert at_once(use, range(10)).count(RIGHT) == 1


@pytest.mark.parametrize("is_activated", [True, False])
def test_a_removed_token_is_worth_nothing_and_its_number_is_free(mfa, token, is_activated):
    if is_activated:
        activated(mfa, token)
    mfa.codes.remove(ALICE, token.id)

    assert mfa.codes.activate_token(ALICE, token.id, code_of(mfa, token)) is USED
    assert check(mfa, token) is WRONG
    assert mfa.codes.add_tokens([NewToken(BOB, "G1", SECRET)]) == {}


def test_removing_all_methods_removes_tokens_that_wait(mfa, token):
    mfa.service.remove_all(ALICE)

    assert mfa.codes.tokens() == []


def test_tokens_are_added_all_or_none(mfa, token):
    new = [NewToken(BOB, number, SECRET) for number in ("G2", "G1", "G2", *"abcde")]

    refused = mfa.codes.add_tokens(new)

    assert refused == {
        1: TokenRefusal.TAKEN, 2: TokenRefusal.TAKEN, 5: TokenRefusal.FULL,
        6: TokenRefusal.FULL, 7: TokenRefusal.FULL,
    }  # fmt: skip
    assert mfa.codes.tokens() == [token]
    assert mfa.codes.add_tokens(new[:1], only_check=True) == {}
    assert mfa.codes.tokens() == [token]


def test_apps_and_tokens_are_five_together_also_those_that_wait(mfa, token):
    for _ in range(MAX_APPS - 1):
        mfa.codes.add(ALICE, SECRET)

    assert mfa.codes.add_tokens([NewToken(ALICE, "G2", SECRET)]) == {0: TokenRefusal.FULL}
    with pytest.raises(TooManyMethods):
        mfa.give_phone()
    activated(mfa, token)
    assert mfa.service.methods_of(ALICE).apps == MAX_APPS


def test_of_many_tokens_at_once_on_two_nodes_a_number_is_taken_once(mfa, other_node):
    def add(turn: int) -> object:
        new = NewToken(mfa.somebody(), "G1", SECRET)
        return (mfa, other_node)[turn % 2].codes.add_tokens([new])

    assert at_once(add, range(10)).count({}) == 1
    assert len(mfa.codes.tokens()) == 1


def test_of_many_tokens_at_once_on_two_nodes_a_user_gets_five(mfa, other_node):
    def add(turn: int) -> object:
        new = NewToken(ALICE, f"G{turn}", SECRET)
        return (mfa, other_node)[turn % 2].codes.add_tokens([new])

    assert at_once(add, range(10)).count({}) == MAX_APPS


def test_a_token_is_listed_as_it_was_given(mfa):
    new = NewToken(ALICE, "G9", SECRET, 60, "Acme", "One")
    mfa.codes.add_tokens([new])

    (token,) = mfa.codes.tokens()
    assert (token.name, token.manufacturer, token.model) == ("Acme One", "Acme", "One")
    assert (token.period, token.created) == (60, mfa.clock.now())
    assert replace(token, name="") != token
