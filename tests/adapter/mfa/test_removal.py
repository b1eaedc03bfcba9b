"""Methods that are taken away: from that moment they are worth nothing, whoever asks at once."""

from __future__ import annotations

import pytest
from support.adapters.mfa_node import CURRENT_PHONE, at_once, public_key
from support.users import ALICE, BOB

from adapter.mfa.codes.factor import CodeOutcome
from adapter.mfa.devices.activation import ActivationRefused
from adapter.mfa.push.challenge import AnswerRefused, State
from adapter.mfa.service import UnknownMethod


def kinds(mfa, user=ALICE):
    return [method.kind for method in mfa.service.methods_of(user).registered]


def test_a_method_says_when_it_was_made_and_last_used(mfa):
    phone, totp = mfa.give_phone(), mfa.give_codes()
    made = mfa.clock.now()
    assert [(m.created, m.last_used) for m in mfa.service.methods_of(ALICE).registered] == [
        (made, None), (made, None),
    ]  # fmt: skip

    mfa.clock.advance(minutes=5)
    used = mfa.clock.now()
    mfa.sign_in(phone)
    mfa.codes.check(ALICE, totp.at(used), attempt="1")

    assert [(m.created, m.last_used) for m in mfa.service.methods_of(ALICE).registered] == [
        (made, used), (made, used),
    ]  # fmt: skip


def test_a_wrong_code_and_a_refused_answer_are_no_use_of_a_method(mfa):
    phone, _ = mfa.give_phone(), mfa.give_codes()
    mfa.codes.check(ALICE, "000000", attempt="1")
    with pytest.raises(AnswerRefused):
        mfa.approve(phone, mfa.send(), nonce="another")

    assert [m.last_used for m in mfa.service.methods_of(ALICE).registered] == [None, None]


def test_a_new_source_of_codes_has_not_been_used(mfa):
    totp = mfa.give_codes()
    mfa.codes.check(ALICE, totp.at(mfa.clock.now()), attempt="1")
    mfa.give_codes()

    assert [m.last_used for m in mfa.service.methods_of(ALICE).registered] == [None]


def test_a_removed_phone_answers_nothing(mfa):
    lost, kept = mfa.give_phone(), mfa.give_phone()
    mfa.service.remove(ALICE, lost.id)
    started = mfa.send()

    for approve in (True, False):
        with pytest.raises(AnswerRefused) as refused:
            mfa.approve(lost, started, approve=approve)
        assert refused.value.code == "device_unknown"
    assert mfa.approve(kept, started).state is State.APPROVED
    assert [m.id for m in mfa.service.methods_of(ALICE).registered] == [kept.id]


def test_what_a_removed_phone_has_approved_signs_nobody_in(mfa):
    lost = mfa.give_phone()
    started = mfa.send()
    mfa.approve(lost, started)

    mfa.service.remove(ALICE, lost.id)

    assert not mfa.push.collect(started.challenge.id, ALICE)


def test_a_phone_that_answers_while_it_is_removed_does_one_of_the_two(mfa, other_node):
    """Either the answer came first, and is lost with the phone, or it is refused."""
    for _ in range(5):
        lost = mfa.give_phone()
        started = mfa.send()
        at_once(
            lambda act: act(),
            [
                lambda lost=lost, started=started: other_node.approve(lost, started),
                lambda lost=lost: mfa.service.remove(ALICE, lost.id),
            ],
        )
        assert not mfa.push.collect(started.challenge.id, ALICE)
        assert kinds(mfa) == []


def test_removed_codes_are_wrong_and_those_counted_before_stay_counted(mfa):
    totp = mfa.give_codes()
    for turn in range(9):
        mfa.codes.check(ALICE, f"{turn:06}", attempt=str(turn))
    mfa.service.remove(ALICE, "totp")
    code = totp.at(mfa.clock.now())

    assert mfa.codes.check(ALICE, code, attempt="a") is CodeOutcome.WRONG
    assert mfa.codes.check(ALICE, code, attempt="b") is CodeOutcome.LOCKED
    assert kinds(mfa) == []


@pytest.mark.parametrize("method_id", ["totp", "nothing", ""])
def test_a_method_that_the_user_does_not_have_is_an_error(mfa, method_id):
    with pytest.raises(UnknownMethod) as error:
        mfa.service.remove(ALICE, method_id)
    assert error.value.code == "unknown_method"


def test_a_method_of_somebody_else_is_an_error_and_stays(mfa):
    phone = mfa.give_phone(BOB)
    with pytest.raises(UnknownMethod):
        mfa.service.remove(ALICE, phone.id)
    assert not mfa.push.remove(ALICE, phone.id)
    assert kinds(mfa, BOB) == ["push"]


def test_all_methods_are_removed_with_the_activation_codes(mfa):
    mfa.give_phone()
    mfa.give_codes()
    mfa.give_phone(BOB)
    code = mfa.service.activations.create(ALICE, totp=True).typed

    assert [method.kind for method in mfa.service.remove_all(ALICE)] == ["push", "totp"]

    assert kinds(mfa) == []
    assert kinds(mfa, BOB) == ["push"]
    assert mfa.service.activations.of_user(ALICE) == []
    with pytest.raises(ActivationRefused):
        mfa.service.activations.activate(code, public_key=public_key(), name="", **CURRENT_PHONE)


def test_of_activations_and_a_removal_of_everything_at_once_nothing_is_left(mfa, other_node):
    codes = [mfa.service.activations.create(ALICE, totp=True).link for _ in range(6)]

    def activate(code):
        other_node.service.activations.activate(
            code, public_key=public_key(), name="", **CURRENT_PHONE
        )

    at_once(
        lambda code: activate(code) if code else mfa.service.remove_all(ALICE),
        [*codes[:3], None, *codes[3:]],
    )

    assert kinds(mfa) == []


def test_one_activation_code_is_cancelled_and_others_of_the_user_still_work(mfa):
    activations = mfa.service.activations
    first, second = (activations.create(ALICE, totp=False).typed for _ in range(2))
    found = next(each for each in activations.of_user(ALICE) if first.startswith(each.handle))

    assert not activations.cancel(BOB, found.id)
    assert activations.cancel(ALICE, found.id)
    assert not activations.cancel(ALICE, found.id)

    with pytest.raises(ActivationRefused):
        activations.activate(first, public_key=public_key(), name="", **CURRENT_PHONE)
    activations.activate(second, public_key=public_key(), name="", **CURRENT_PHONE)
