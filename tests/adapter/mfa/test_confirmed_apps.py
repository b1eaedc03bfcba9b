"""Code apps that are stored by a right code, and names of methods of every kind."""

from __future__ import annotations

import pyotp
import pytest
from support.adapters.mfa_node import at_once
from support.users import ALICE, BOB

from adapter.mfa.codes.factor import CodeOutcome
from adapter.mfa.codes.hardware import NewToken
from adapter.mfa.methods import MAX_APPS, BadMethodName, TooManyMethods
from adapter.mfa.service import UnknownMethod

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
RIGHT, USED = CodeOutcome.RIGHT, CodeOutcome.USED


@pytest.fixture
def token(mfa):
    """An activated token of Alice's."""
    seed = pyotp.random_base32()
    mfa.codes.add_tokens([NewToken(ALICE, "G1", seed)])
    (token,) = mfa.codes.tokens(ALICE)
    mfa.codes.activate_token(ALICE, token.id, pyotp.TOTP(seed).at(mfa.clock.now()))
    return token


def test_a_method_of_any_kind_is_renamed_and_the_name_goes_with_it(mfa, other_node, token):
    phone = mfa.give_phone(name="Pixel")
    mfa.codes.add(ALICE, SECRET, name="App")

    mfa.service.rename(ALICE, phone.id, "  Work phone ")
    other_node.service.rename(ALICE, token.id, "Key ring")
    mfa.service.rename(ALICE, "totp", "My app")

    def names() -> list[str]:
        return [method.name for method in mfa.service.methods_of(ALICE).registered]

    assert names() == ["Work phone", "My app", "Key ring"]
    mfa.service.remove(ALICE, "totp")
    mfa.service.rename(ALICE, phone.id, "Phone")
    mfa.codes.add(ALICE, SECRET, name="App")
    assert names() == ["Phone", "App", "Key ring"]


def test_only_the_own_methods_are_renamed_and_only_to_a_name(mfa, token):

    with pytest.raises(UnknownMethod):
        mfa.service.rename(BOB, token.id, "Mine")
    for name in ("", "  ", "a" * 65, "a\nb", "a\u202eb"):
        with pytest.raises(BadMethodName):
            mfa.service.rename(ALICE, token.id, name)


def test_a_code_app_is_stored_by_a_right_code_which_is_used_up(mfa, other_node):
    totp = pyotp.TOTP(SECRET)
    now = mfa.clock.now()
    confirm = {"name": "App", "once": "seed 1"}

    wrong = mfa.codes.confirm(ALICE, SECRET, totp.at(now, counter_offset=5), **confirm)
    assert wrong == (CodeOutcome.WRONG, "")
    outcome, source = mfa.codes.confirm(ALICE, SECRET, totp.at(now), **confirm)
    assert outcome is RIGHT
    again = other_node.codes.confirm(ALICE, SECRET, totp.at(now, counter_offset=1), **confirm)
    assert again == (USED, "")

    (method,) = mfa.service.methods_of(ALICE).registered
    assert (method.id, method.name, method.details["app"]) == (source, "App", "code_app")
    assert mfa.codes.check(ALICE, totp.at(now), attempt="1") is USED
    assert mfa.codes.check(ALICE, totp.at(now, counter_offset=1), attempt="2") is RIGHT


def test_of_many_confirmations_at_once_on_two_nodes_one_app_is_stored(mfa, other_node):
    code = pyotp.TOTP(SECRET).at(mfa.clock.now())

    def confirm(turn: int) -> object:
        node = (mfa, other_node)[turn % 2]
        return node.codes.confirm(ALICE, SECRET, code, name="App", once="seed 1")

    outcomes = [outcome for outcome, _ in at_once(confirm, range(10))]

    assert (outcomes.count(RIGHT), outcomes.count(USED)) == (1, 9)
    assert len(mfa.service.methods_of(ALICE).registered) == 1


def test_the_sixth_code_app_is_refused_and_its_seed_can_be_confirmed_later(mfa, token):
    for _ in range(MAX_APPS - 1):
        mfa.codes.add(ALICE, SECRET)
    code = pyotp.TOTP(SECRET).at(mfa.clock.now())

    with pytest.raises(TooManyMethods):
        mfa.codes.confirm(ALICE, SECRET, code, name="App", once="seed 1")
    mfa.codes.remove(ALICE, token.id)
    assert mfa.codes.confirm(ALICE, SECRET, code, name="App", once="seed 1")[0] is RIGHT
