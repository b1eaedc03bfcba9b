"""The code factor over the real store: each step once, wrong codes counted, locks that double."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.adapters.mfa_node import at_once
from support.clock import NOON
from support.users import ALICE, BOB

from adapter.mfa.codes.code import step_of
from adapter.mfa.codes.factor import CodeFactor, CodeOutcome
from adapter.mfa.codes.limits import CodeLimits, debit, is_locked

RIGHT, WRONG, USED = CodeOutcome.RIGHT, CodeOutcome.WRONG, CodeOutcome.USED
REPEATED, LOCKED = CodeOutcome.REPEATED, CodeOutcome.LOCKED
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def alices_codes(mfa):
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
def test_a_code_may_be_one_step_early_or_late(alices_codes, steps, outcome):
    assert alices_codes.type(alices_codes.code(steps)) is outcome


def test_each_step_is_used_once(alices_codes):
    code = alices_codes.code()
    assert alices_codes.type(code) is RIGHT

    assert alices_codes.type(code, "sign-in 2") is USED
    alices_codes.mfa.clock.advance(seconds=30)
    assert alices_codes.type(code, "sign-in 3") is USED, "within its tolerance it is the same step"
    assert alices_codes.type(alices_codes.code(), "sign-in 4") is RIGHT


def test_the_three_steps_within_tolerance_are_three_codes(alices_codes):
    outcomes = [
        alices_codes.type(alices_codes.code(steps), f"sign-in {steps}") for steps in (-1, 0, 1)
    ]

    assert outcomes == [RIGHT] * 3


def test_a_used_step_does_not_work_again_when_the_clock_is_set_back(alices_codes):
    code = alices_codes.code()
    assert alices_codes.type(code) is RIGHT
    alices_codes.mfa.clock.advance(hours=3)
    alices_codes.type(alices_codes.code(), "sign-in 2")

    alices_codes.mfa.clock.advance(hours=-3)

    assert alices_codes.type(code, "sign-in 3") is USED


@pytest.mark.parametrize("turn", range(3))
def test_a_code_posted_by_many_at_once_on_two_nodes_signs_in_one_of_them(
    alices_codes, mfa, other_node, turn
):
    code = alices_codes.code()

    def post(number: int) -> CodeOutcome:
        node = (mfa, other_node)[number % 2]
        return node.codes.check(ALICE, code, attempt=f"sign-in {number}")

    outcomes = at_once(post, range(9))

    assert sorted(outcomes) == sorted([RIGHT] + [USED] * 8)


def test_codes_of_one_user_are_nothing_to_another(mfa, alices_codes):
    mfa.give_codes(BOB)

    assert mfa.codes.check(BOB, alices_codes.code(), attempt="sign-in") is WRONG


def test_a_user_without_a_source_of_codes_has_no_right_one(mfa):
    assert mfa.codes.check(ALICE, "000000", attempt="sign-in") is WRONG


def test_spaces_that_people_put_between_the_halves_are_ignored(alices_codes):
    code = alices_codes.code()

    assert alices_codes.type(f" {code[:3]} {code[3:]} ") is RIGHT


@pytest.mark.parametrize("between", ["-", "\N{EN DASH}", " - ", "\N{FULLWIDTH HYPHEN-MINUS}"])
def test_a_dash_between_the_halves_and_digits_of_full_width_change_nothing(alices_codes, between):
    wide = alices_codes.code().translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)})

    assert alices_codes.type(f"{wide[:3]}{between}{wide[3:]}") is RIGHT
    assert alices_codes.type(alices_codes.code(), attempt="sign-in 2") is USED


def test_a_wrong_code_that_is_written_in_another_way_is_the_same_wrong_code(alices_codes):
    wrong = next(c for c in ("123456", "234567") if c != alices_codes.code())

    assert alices_codes.type(wrong) is WRONG
    assert alices_codes.type(f"{wrong[:3]}-{wrong[3:]}") is REPEATED


@pytest.mark.parametrize(
    "text",
    ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "①②③④⑤⑥", "\ud800", "\0", "9" * 100_000],
)
def test_a_malformed_code_is_wrong_and_counted(alices_codes, text):
    assert alices_codes.type(text) is WRONG
    with alices_codes.mfa.stores.codes.transaction(ALICE) as mine:
        assert mine.limits().wrong == 1


def test_the_right_code_in_other_digits_is_wrong(alices_codes):
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

    assert alices_codes.type(alices_codes.code().translate(arabic)) is WRONG


def test_ten_wrong_codes_lock_for_fifteen_minutes_the_right_one_too(alices_codes):
    assert alices_codes.type_wrong(10) == [WRONG] * 10

    assert alices_codes.type(alices_codes.code(), "sign-in 2") is LOCKED
    alices_codes.mfa.clock.advance(minutes=14, seconds=59)
    assert alices_codes.type(alices_codes.code(), "sign-in 3") is LOCKED
    alices_codes.mfa.clock.advance(seconds=1)
    assert alices_codes.type(alices_codes.code(), "sign-in 4") is RIGHT


def test_a_code_typed_while_locked_is_neither_checked_nor_used_up(alices_codes):
    alices_codes.type_wrong(10)
    code = alices_codes.code(1)
    assert alices_codes.type(code, "sign-in 2") is LOCKED

    alices_codes.mfa.service.unlock(ALICE)

    assert alices_codes.type(code, "sign-in 2") is RIGHT


def test_each_further_ten_lock_twice_as_long_and_a_hundred_until_somebody_unlocks(alices_codes):
    for minutes in (15 * 2**n for n in range(9)):
        assert alices_codes.type_wrong(10) == [WRONG] * 10
        alices_codes.mfa.clock.advance(minutes=minutes, seconds=-1)
        assert alices_codes.type_wrong() == [LOCKED]
        alices_codes.mfa.clock.advance(seconds=1)
    assert alices_codes.type_wrong(10) == [WRONG] * 10
    alices_codes.mfa.clock.advance(days=3650)
    assert alices_codes.type(alices_codes.code(), "years later") is LOCKED

    alices_codes.mfa.service.unlock(ALICE)

    assert alices_codes.type(alices_codes.code(), "after the unlock") is RIGHT


def test_a_right_code_forgets_the_wrong_ones(alices_codes):
    alices_codes.type_wrong(9)
    assert alices_codes.type(alices_codes.code()) is RIGHT

    assert alices_codes.type_wrong(9) == [WRONG] * 9
    alices_codes.mfa.clock.advance(seconds=60)
    assert alices_codes.type(alices_codes.code(), "sign-in 2") is RIGHT


def test_the_same_wrong_code_again_in_the_same_sign_in_costs_nothing_more(alices_codes):
    """Clients post the same form again and again."""
    wrong = "000000" if alices_codes.code() != "000000" else "000001"
    assert alices_codes.type(wrong) is WRONG

    assert {alices_codes.type(wrong) for _ in range(30)} == {REPEATED}

    assert alices_codes.type_wrong(8) == [WRONG] * 8
    assert alices_codes.type(alices_codes.code()) is RIGHT


def test_the_same_wrong_code_in_another_sign_in_is_counted_again(alices_codes):
    wrong = "000000" if alices_codes.code() != "000000" else "000001"

    assert [alices_codes.type(wrong, f"sign-in {n}") for n in range(11)] == [WRONG] * 10 + [LOCKED]


def test_of_many_wrong_codes_at_once_on_two_nodes_ten_are_looked_at(alices_codes, mfa, other_node):
    wrong = [
        c for c in (f"{n:06d}" for n in range(60)) if c not in map(alices_codes.code, (-1, 0, 1))
    ]

    def post(turn: int) -> CodeOutcome:
        node = (mfa, other_node)[turn % 2]
        return node.codes.check(ALICE, wrong[turn], attempt=f"sign-in {turn}")

    outcomes = at_once(post, range(40))

    assert sorted(outcomes) == sorted([WRONG] * 10 + [LOCKED] * 30)


def test_right_codes_of_many_users_at_once_are_not_punished(mfa):
    users = [mfa.somebody() for _ in range(8)]
    codes = {user: Typing(mfa, mfa.give_codes(user), user) for user in users}

    assert at_once(lambda user: codes[user].type(codes[user].code()), users) == [RIGHT] * 8


def test_a_node_that_dies_within_a_check_has_used_nothing_up(alices_codes, mfa):
    code = alices_codes.code()
    alices_codes.type_wrong(9)
    dying = CodeFactor(DiesBeforeCommit(mfa.stores.codes), mfa.clock)

    with pytest.raises(SystemExit):
        dying.check(ALICE, code, attempt="sign-in 1")

    assert alices_codes.type(code) is RIGHT


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
