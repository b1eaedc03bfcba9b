"""The code factor over the real store: each step once, wrong codes counted, locks that double."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.adapters.mfa_node import ALICE, BOB, at_once
from support.clock import NOON

from adapter.mfa.codes.code import step_of
from adapter.mfa.codes.factor import CodeFactor, CodeOutcome
from adapter.mfa.codes.limits import CodeLimits, debit, is_locked

RIGHT, WRONG, USED = CodeOutcome.RIGHT, CodeOutcome.WRONG, CodeOutcome.USED
REPEATED, LOCKED = CodeOutcome.REPEATED, CodeOutcome.LOCKED
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def alice(mfa):
    """Alice's source of codes, and what becomes of one she types in a sign-in."""
    return Typing(mfa, mfa.give_codes(ALICE))


class Typing:
    def __init__(self, mfa, totp, user=ALICE):
        self.mfa, self.totp, self.user = mfa, totp, user
        self._wrong = 0

    def code(self, steps: int = 0) -> str:
        return self.totp.at(self.mfa.clock.now(), counter_offset=steps)

    def type(self, code: str, attempt: str = "sign-in 1") -> CodeOutcome:
        return self.mfa.codes.check(self.user, code, attempt=attempt)

    def type_wrong(self, times: int = 1) -> list[CodeOutcome]:
        """Type codes that are wrong now, each another and each in a sign-in of its own."""
        outcomes = []
        for _ in range(times):
            self._wrong += 1
            near = {self.code(steps) for steps in (-1, 0, 1)}
            wrong = next(
                c for c in (f"{n:06d}" for n in range(self._wrong, 10**6)) if c not in near
            )
            outcomes.append(self.type(wrong, attempt=f"wrong {self._wrong}"))
        return outcomes


@pytest.mark.parametrize(
    ("steps", "outcome"), [(-2, WRONG), (-1, RIGHT), (0, RIGHT), (1, RIGHT), (2, WRONG)]
)
def test_a_code_may_be_one_step_early_or_late(alice, steps, outcome):
    assert alice.type(alice.code(steps)) is outcome


def test_each_step_is_used_once(alice):
    code = alice.code()
    assert alice.type(code) is RIGHT

    assert alice.type(code, "sign-in 2") is USED
    alice.mfa.clock.advance(seconds=30)
    assert alice.type(code, "sign-in 3") is USED, "within its tolerance it is the same step"
    assert alice.type(alice.code(), "sign-in 4") is RIGHT


def test_the_three_steps_within_tolerance_are_three_codes(alice):
    outcomes = [alice.type(alice.code(steps), f"sign-in {steps}") for steps in (-1, 0, 1)]

    assert outcomes == [RIGHT] * 3


def test_a_used_step_does_not_work_again_when_the_clock_is_set_back(alice):
    code = alice.code()
    assert alice.type(code) is RIGHT
    alice.mfa.clock.advance(hours=3)
    alice.type(alice.code(), "sign-in 2")

    alice.mfa.clock.advance(hours=-3)

    assert alice.type(code, "sign-in 3") is USED


@pytest.mark.parametrize("turn", range(3))
def test_one_code_posted_at_once_by_many_on_two_nodes_signs_in_one(alice, mfa, other_node, turn):
    code = alice.code()

    def post(number: int) -> CodeOutcome:
        node = (mfa, other_node)[number % 2]
        return node.codes.check(ALICE, code, attempt=f"sign-in {number}")

    outcomes = at_once(post, range(9))

    assert sorted(outcomes) == sorted([RIGHT] + [USED] * 8)


def test_codes_of_one_user_are_nothing_to_another(mfa, alice):
    mfa.give_codes(BOB)

    assert mfa.codes.check(BOB, alice.code(), attempt="sign-in") is WRONG


def test_a_user_without_a_source_of_codes_has_no_right_one(mfa):
    assert mfa.codes.check(ALICE, "000000", attempt="sign-in") is WRONG


def test_spaces_that_people_put_between_the_halves_are_ignored(alice):
    code = alice.code()

    assert alice.type(f" {code[:3]} {code[3:]} ") is RIGHT


@pytest.mark.parametrize(
    "text",
    ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "１２３４５６", "\ud800", "\0", "9" * 100_000],
)
def test_what_is_no_code_is_wrong_and_counted(alice, text):
    assert alice.type(text) is WRONG
    with alice.mfa.stores.codes.transaction(ALICE) as mine:
        assert mine.limits().wrong == 1


def test_the_right_code_in_other_digits_is_wrong(alice):
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

    assert alice.type(alice.code().translate(arabic)) is WRONG


def test_ten_wrong_codes_lock_for_fifteen_minutes_the_right_one_too(alice):
    assert alice.type_wrong(10) == [WRONG] * 10

    assert alice.type(alice.code(), "sign-in 2") is LOCKED
    alice.mfa.clock.advance(minutes=14, seconds=59)
    assert alice.type(alice.code(), "sign-in 3") is LOCKED
    alice.mfa.clock.advance(seconds=1)
    assert alice.type(alice.code(), "sign-in 4") is RIGHT


def test_what_is_typed_while_locked_is_neither_looked_at_nor_used_up(alice):
    alice.type_wrong(10)
    code = alice.code(1)
    assert alice.type(code, "sign-in 2") is LOCKED

    alice.mfa.service.unlock(ALICE)

    assert alice.type(code, "sign-in 2") is RIGHT


def test_each_further_ten_lock_twice_as_long_and_a_hundred_until_somebody_unlocks(alice):
    for minutes in (15 * 2**n for n in range(9)):
        assert alice.type_wrong(10) == [WRONG] * 10
        alice.mfa.clock.advance(minutes=minutes, seconds=-1)
        assert alice.type_wrong() == [LOCKED]
        alice.mfa.clock.advance(seconds=1)
    assert alice.type_wrong(10) == [WRONG] * 10
    alice.mfa.clock.advance(days=3650)
    assert alice.type(alice.code(), "years later") is LOCKED

    alice.mfa.service.unlock(ALICE)

    assert alice.type(alice.code(), "after the unlock") is RIGHT


def test_a_right_code_forgets_the_wrong_ones(alice):
    alice.type_wrong(9)
    assert alice.type(alice.code()) is RIGHT

    assert alice.type_wrong(9) == [WRONG] * 9
    alice.mfa.clock.advance(seconds=60)
    assert alice.type(alice.code(), "sign-in 2") is RIGHT


def test_the_same_wrong_code_again_in_the_same_sign_in_costs_nothing_more(alice):
    """Clients post the same form again and again."""
    wrong = "000000" if alice.code() != "000000" else "000001"
    assert alice.type(wrong) is WRONG

    assert {alice.type(wrong) for _ in range(30)} == {REPEATED}

    assert alice.type_wrong(8) == [WRONG] * 8
    assert alice.type(alice.code()) is RIGHT


def test_the_same_wrong_code_in_another_sign_in_is_counted_again(alice):
    wrong = "000000" if alice.code() != "000000" else "000001"

    assert [alice.type(wrong, f"sign-in {n}") for n in range(11)] == [WRONG] * 10 + [LOCKED]


def test_of_many_wrong_codes_at_once_on_two_nodes_ten_are_looked_at(alice, mfa, other_node):
    wrong = [c for c in (f"{n:06d}" for n in range(60)) if c not in map(alice.code, (-1, 0, 1))]

    def post(turn: int) -> CodeOutcome:
        node = (mfa, other_node)[turn % 2]
        return node.codes.check(ALICE, wrong[turn], attempt=f"sign-in {turn}")

    outcomes = at_once(post, range(40))

    assert sorted(outcomes) == sorted([WRONG] * 10 + [LOCKED] * 30)


def test_right_codes_of_many_users_at_once_are_not_punished(mfa):
    users = [mfa.somebody() for _ in range(8)]
    codes = {user: Typing(mfa, mfa.give_codes(user), user) for user in users}

    assert at_once(lambda user: codes[user].type(codes[user].code()), users) == [RIGHT] * 8


def test_a_node_that_dies_within_a_check_has_used_nothing_up(alice, mfa):
    code = alice.code()
    alice.type_wrong(9)
    dying = CodeFactor(DiesBeforeCommit(mfa.stores.codes), mfa.clock)

    with pytest.raises(SystemExit):
        dying.check(ALICE, code, attempt="sign-in 1")

    assert alice.type(code) is RIGHT


class DiesBeforeCommit:
    """The real store, on a node that ends just before each commit."""

    def __init__(self, store):
        self._store = store

    @contextmanager
    def transaction(self, user):
        with self._store.transaction(user) as mine:
            yield mine
            raise SystemExit


@given(st.integers(10**9, 4 * 10**9), st.integers(-5, 5))
def test_a_code_is_right_within_one_step_at_any_time(seconds, steps):
    totp = pyotp.TOTP(SEED)
    now = datetime.fromtimestamp(seconds, UTC)
    code = totp.at(now, counter_offset=steps)
    within_reach = {totp.at(now, counter_offset=near): near for near in (1, -1, 0)}

    found = step_of(SEED, code, now)

    expected = within_reach.get(code)  # far steps have codes of near ones by chance
    assert found == (None if expected is None else seconds // 30 + expected)


@given(st.integers(0, 120))
def test_wrong_codes_never_make_a_lock_shorter(wrong):
    limits, longest = CodeLimits(), timedelta(0)
    for _ in range(wrong):
        limits = debit(limits, NOON)
        locked = (limits.locked_until or NOON) - NOON
        assert locked >= longest
        longest = locked
    assert limits.wrong == wrong
    assert is_locked(limits, NOON) == (wrong >= 10)
