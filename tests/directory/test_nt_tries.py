"""Answers by the NT hash are tries at the password: the same rules, and the same cost for all."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.users import ALICE, BOB, PASSWORD

from idp.directory import Directory
from idp.directory.lockout import LockoutMode, LockoutRules, Origin
from idp.directory.nt_hash import nt_hash

NT_HASH = nt_hash(PASSWORD)


def is_right(found: bytes) -> bool:
    return found == NT_HASH


@pytest.fixture
def directory(directory, nt_hashes, clock, hasher):
    """Alice's hash is kept."""
    nt_hashes.want(ALICE, "administrator", clock.now())
    directory.check_password(ALICE, PASSWORD)
    hasher.computed = 0
    return directory


def _fail(directory: Directory, times: int, name: str = ALICE) -> list[str | None]:
    return [directory.check_nt_hash(name, lambda _: False)[0].failure for _ in range(times)]


def failure(directory: Directory, name: str = ALICE) -> str | None:
    return directory.check_nt_hash(name, is_right)[0].failure


def test_a_right_answer_brings_the_user_and_the_hash(directory, hasher):
    check, found = directory.check_nt_hash("EXAMPLE\\Alice", is_right)

    assert (check.user.upn, check.failure, found) == (ALICE, None, NT_HASH)
    assert hasher.computed == 0


@pytest.mark.parametrize("name", [ALICE, BOB, "not a name", "x" * 1_000_000, "\x00", "\ud800"])
@pytest.mark.parametrize("says", [False, True])
def test_every_failure_is_judged_once_and_brings_no_hash(directory, name, says):
    """Also an answer that would be right by the hash that stands in for none."""
    if name == ALICE:
        directory.disable(ALICE)
    judged = []

    def judge(found: bytes) -> bool:
        judged.append(found)
        return says

    check, found = directory.check_nt_hash(name, judge)

    assert (check.user, found) == (None, None)
    alices = "disabled" if says else "wrong_password"
    assert check.failure == (alices if name == ALICE else "unknown_user")
    assert [len(each) for each in judged] == [16]


def test_without_a_kept_hash_every_answer_is_wrong_and_counts(directory, hasher):
    directory.add(BOB, PASSWORD)

    failures = [directory.check_nt_hash(BOB, lambda _: True)[0].failure for _ in range(11)]

    assert failures == ["no_nt_hash"] * 10 + ["locked"]
    assert directory.check_password(BOB, PASSWORD).failure == "locked"


def test_wrong_answers_and_wrong_passwords_lock_one_account(directory, clock):
    _fail(directory, 5)
    for _ in range(5):
        directory.check_password(ALICE, "wrong")
    assert failure(directory) == "locked"

    clock.advance(minutes=30)
    assert failure(directory) is None
    assert _fail(directory, 9) == ["wrong_password"] * 9  # the counter is back at 0


def test_of_a_hundred_wrong_answers_at_once_exactly_ten_are_looked_at(directory, other_directory):
    nodes, looked_at = [directory, other_directory] * 50, []

    def judge(found: bytes) -> bool:
        looked_at.append(found)
        return False

    with ThreadPoolExecutor(32) as pool:
        checks = pool.map(lambda node: node.check_nt_hash(ALICE, judge)[0].failure, nodes)

    assert Counter(checks) == {"wrong_password": 10, "locked": 90}
    assert looked_at.count(NT_HASH) == 10


def test_right_answers_at_once_are_not_punished(directory, other_directory):
    with ThreadPoolExecutor(32) as pool:
        failures = list(pool.map(failure, [directory, other_directory] * 30))

    assert failures == [None] * 60


def test_a_password_that_is_changed_meanwhile_wins(directory):
    def slowly(found: bytes) -> bool:
        directory.set_password(ALICE, "new password")
        return is_right(found)

    check, found = directory.check_nt_hash(ALICE, slowly)

    assert (check.user, check.failure, found) == (None, "wrong_password", None)


def test_a_user_who_is_disabled_meanwhile_stays_out(directory):
    def slowly(found: bytes) -> bool:
        directory.disable(ALICE)
        return is_right(found)

    check, found = directory.check_nt_hash(ALICE, slowly)

    assert (check.user, check.failure, found) == (None, "disabled", None)


TRIES = st.lists(
    st.tuples(
        st.sampled_from(["right", "wrong", "unknown"]),
        st.sampled_from(["192.0.2.1", "198.51.100.7"]),
        st.sampled_from([0, 3, 1800]),  # seconds before it
        st.sampled_from([1, 5, 10]),  # how often
    ),
    max_size=6,
)


@given(
    tries=TRIES,
    mode=st.sampled_from(LockoutMode),
    disabled=st.booleans(),
    must_change=st.booleans(),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_answers_and_passwords_come_to_the_same(
    tries, mode, disabled, must_change, directory, user_store, clock, hasher, nt_hashes
):
    """Whatever the tries: the same failures, the same events, the same counters."""
    rules, at_once = LockoutRules(mode), lambda _: None
    tried = Directory(
        user_store, clock, hasher, rules, nt_hashes=nt_hashes, unknown_key=b"k", wait=at_once
    )

    def play(check) -> list[object]:
        clock.advance(days=2)
        tried.remove(ALICE)
        tried.add(ALICE, PASSWORD)
        nt_hashes.want(ALICE, "administrator", clock.now())
        tried.set_password(ALICE, PASSWORD, must_change=must_change)
        (tried.disable if disabled else tried.enable)(ALICE)
        seen: list[object] = []
        for what, address, seconds, times in tries:
            clock.advance(seconds=seconds)
            for _ in range(times):
                outcome = check(what, Origin((address,), extranet=True))
                seen.append((outcome.failure, outcome.name, outcome.lockout, bool(outcome.user)))
        counted = tried.lockouts().get(ALICE)
        seen.append(counted and [(name, each.wrong) for name, each in counted.counters.items()])
        seen.append(counted and (counted.locked, counted.familiar_addresses))
        return seen

    def by_password(what, origin):
        name = BOB if what == "unknown" else ALICE
        return tried.check_password(name, PASSWORD if what == "right" else "wrong", origin)

    def by_answer(what, origin):
        name = BOB if what == "unknown" else ALICE
        judge = is_right if what == "right" else (lambda _: False)
        return tried.check_nt_hash(name, judge, origin)[0]

    assert play(by_password) == play(by_answer)
