"""Several sources of codes of one user, and at most five apps together."""

from __future__ import annotations

import pyotp
import pytest
from support.adapters.mfa_node import at_once, public_key
from support.users import ALICE, BOB

from adapter.mfa.codes.factor import CodeOutcome
from adapter.mfa.methods import MAX_APPS, TooManyMethods
from adapter.mfa.policy import AUTHENTICATOR_CODE, CODE_APP
from adapter.mfa.service import UnknownMethod

SEEDS = tuple(pyotp.random_base32() for _ in range(3))


def code(mfa, seed: str) -> str:
    return pyotp.TOTP(seed).at(mfa.clock.now())


def check(mfa, seed: str, attempt: str = "1", **options) -> CodeOutcome:
    return mfa.codes.check(ALICE, code(mfa, seed), attempt=attempt, **options)


@pytest.fixture
def sources(mfa):
    """Three sources of codes of Alice's: one of Authenticator, two of other apps."""
    mfa.codes.add(ALICE, SEEDS[0], app=AUTHENTICATOR_CODE, name="Authenticator")
    for seed in SEEDS[1:]:
        mfa.codes.add(ALICE, seed, name="Other app")
    return mfa.service.methods_of(ALICE).registered


def test_each_source_is_listed_with_its_name_and_app(sources):
    assert [(each.name, each.details["app"]) for each in sources] == [
        ("Authenticator", AUTHENTICATOR_CODE), ("Other app", CODE_APP), ("Other app", CODE_APP),
    ]  # fmt: skip
    assert len({each.id for each in sources}) == 3


def test_the_codes_of_every_source_are_right_once_each(mfa, sources):
    for number, seed in enumerate(SEEDS):
        assert check(mfa, seed, f"{number}") is CodeOutcome.RIGHT
        assert check(mfa, seed, f"again {number}") is CodeOutcome.USED
    used = [method.last_used for method in mfa.service.methods_of(ALICE).registered]
    assert used == [mfa.clock.now()] * 3


def test_only_the_source_that_was_used_says_so(mfa, sources):
    check(mfa, SEEDS[1])

    used = [method.last_used for method in mfa.service.methods_of(ALICE).registered]
    assert used == [None, mfa.clock.now(), None]


@pytest.mark.parametrize("removed", [0, 1, 2])
def test_a_removed_source_is_worth_nothing_and_the_others_stay(mfa, sources, removed):
    mfa.service.remove(ALICE, sources[removed].id)

    for number, seed in enumerate(SEEDS):
        expected = CodeOutcome.WRONG if number == removed else CodeOutcome.RIGHT
        assert check(mfa, seed, f"{number}") is expected
    with pytest.raises(UnknownMethod):
        mfa.service.remove(ALICE, sources[removed].id)


def test_nobody_removes_or_uses_the_source_of_another_user(mfa, sources):
    with pytest.raises(UnknownMethod):
        mfa.service.remove(BOB, sources[1].id)

    assert mfa.codes.check(BOB, code(mfa, SEEDS[1]), attempt="1") is CodeOutcome.WRONG


def test_codes_of_an_app_that_is_not_allowed_are_wrong_and_counted(mfa, sources):
    assert check(mfa, SEEDS[1], apps=(AUTHENTICATOR_CODE,)) is CodeOutcome.WRONG
    assert check(mfa, SEEDS[0], "2", apps=(CODE_APP,)) is CodeOutcome.WRONG
    with mfa.stores.codes.transaction(ALICE) as mine:
        assert mine.limits().wrong == 2
    assert check(mfa, SEEDS[1], "3", apps=(CODE_APP,)) is CodeOutcome.RIGHT


@pytest.mark.parametrize("used", [0, 1, 2])
def test_a_right_code_of_any_source_lets_requests_be_sent_again_after_a_report(mfa, sources, used):
    mfa.deny(mfa.give_phone(), mfa.send(), reported=True)
    assert mfa.push.reported_at(ALICE) is not None

    check(mfa, SEEDS[used], apps=[sources[used].details["app"]])

    assert mfa.push.reported_at(ALICE) is None


def test_one_code_of_a_further_source_at_once_on_two_nodes_is_right_once(mfa, other_node, sources):
    def use(turn: int) -> CodeOutcome:
        return check((mfa, other_node)[turn % 2], SEEDS[2], f"{turn}")

    outcomes = at_once(use, range(8))

    assert outcomes.count(CodeOutcome.RIGHT) == 1


def test_a_second_phone_with_codes_leaves_those_of_the_first(mfa):
    mfa.give_phone(totp=True, name="First")
    mfa.give_phone(totp=True, name="Second")

    codes = mfa.service.methods_of(ALICE).of_kind("totp")
    assert [each.name for each in codes] == ["First", "Second"]


def test_the_sixth_app_is_refused_and_an_authenticator_counts_once_with_its_codes(mfa):
    for _ in range(3):
        mfa.give_phone(totp=True)
    for seed in SEEDS[:2]:
        mfa.codes.add(ALICE, seed)

    with pytest.raises(TooManyMethods):
        mfa.codes.add(ALICE, SEEDS[2])
    offered = mfa.service.activations.create(ALICE, totp=True)
    with pytest.raises(TooManyMethods):
        mfa.give_phone(totp=True)
    assert len(mfa.service.methods_of(ALICE).of_kind("push")) == 3
    assert len(mfa.service.methods_of(ALICE).of_kind("totp")) == 5
    assert offered.link


def test_an_activation_that_was_refused_for_too_many_works_after_a_removal(mfa):
    for _ in range(MAX_APPS):
        phone = mfa.give_phone()
    typed = mfa.service.activations.create(ALICE, totp=False).typed
    key = public_key()
    app = {"public_key": key, "platform": "web", "app_version": "1", "name": "Sixth"}
    with pytest.raises(TooManyMethods):
        mfa.service.activations.activate(typed, **app)

    mfa.service.remove(ALICE, phone.id)

    assert mfa.service.activations.activate(typed, **app).device


def test_of_many_activations_at_once_on_two_nodes_five_are_made(mfa, other_node):
    def activate(turn: int) -> object:
        return (mfa, other_node)[turn % 2].give_phone()

    outcomes = at_once(activate, range(10))

    assert sum(isinstance(each, TooManyMethods) for each in outcomes) == 10 - MAX_APPS
    assert len(mfa.service.methods_of(ALICE).of_kind("push")) == MAX_APPS


def test_the_default_is_kept_until_its_method_is_removed(mfa, sources):
    phone = mfa.give_phone()
    assert mfa.service.methods_of(ALICE).default.id == phone.id

    mfa.service.choose_default(ALICE, sources[1].id)
    assert mfa.service.methods_of(ALICE).default.id == sources[1].id

    mfa.service.remove(ALICE, sources[1].id)
    assert mfa.service.methods_of(ALICE).default.id == phone.id
    with pytest.raises(UnknownMethod):
        mfa.service.choose_default(ALICE, sources[1].id)
