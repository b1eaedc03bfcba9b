"""Checking passwords: what each try costs, when an account locks, and what happens at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.hashers import CountingHasher
from support.users import ALICE, PASSWORD

from idp.directory import Directory, PasswordHasher
from idp.directory.lockout import LockoutMode, LockoutRules, Origin
from idp.store.users import SqlUserStore


def _fail(directory: Directory, times: int, name: str = ALICE) -> list[str | None]:
    return [directory.check_password(name, "wrong").failure for _ in range(times)]


@pytest.mark.parametrize(
    ("name", "password", "failure"),
    [
        (ALICE, "wrong", "wrong_password"),
        (ALICE, "", "password_refused"),
        (ALICE, "x" * 1_000_000, "password_refused"),
        ("bob@example.test", "wrong", "unknown_user"),
        ("bob@example.test", "", "password_refused"),
        ("not a name", "wrong", "unknown_user"),
        ("x" * 1_000_000, "wrong", "unknown_user"),
        ("\x00", "\x00", "unknown_user"),
        ("\ud800", "\ud800", "unknown_user"),
    ],
)
def test_every_failure_costs_one_hash_and_brings_no_user(
    directory, hasher, name, password, failure
):
    check = directory.check_password(name, password)

    assert (check.user, check.failure) == (None, failure)
    assert hasher.computed == 1


def test_a_disabled_and_a_locked_user_cost_one_hash_too(directory, hasher, clock):
    directory.disable(ALICE)
    assert directory.check_password(ALICE, PASSWORD).failure == "disabled"
    assert hasher.computed == 1

    directory.enable(ALICE)
    _fail(directory, 10)
    clock.advance(seconds=3)
    hasher.computed = 0
    assert directory.check_password(ALICE, PASSWORD).failure == "locked"
    assert hasher.computed == 1


def test_a_typed_name_is_reported_only_if_it_is_well_formed(directory):
    assert directory.check_password("BOB@example.test", "x").name == "bob@example.test"
    assert directory.check_password("hunter2", "x").name == ""


def test_ten_wrong_passwords_lock_out_the_right_one_for_half_an_hour(directory, clock):
    assert _fail(directory, 11) == ["wrong_password"] * 10 + ["locked"]

    clock.advance(minutes=29, seconds=59)
    assert directory.check_password(ALICE, PASSWORD).failure == "locked"
    clock.advance(seconds=1)
    assert directory.check_password(ALICE, PASSWORD).user is not None


def test_both_names_of_a_user_share_one_account(directory):
    _fail(directory, 5)
    _fail(directory, 5, "EXAMPLE\\alice")

    assert directory.check_password(ALICE, PASSWORD).failure == "locked"


def test_a_right_password_clears_the_wrong_ones(directory):
    for _ in range(3):
        _fail(directory, 9)
        assert directory.check_password(ALICE, PASSWORD).failure is None


def test_an_administrator_unlocks(directory):
    _fail(directory, 11)
    directory.unlock("EXAMPLE\\alice")

    assert directory.check_password(ALICE, PASSWORD).failure is None


def test_of_a_hundred_wrong_passwords_at_once_exactly_ten_are_looked_at(
    directory, other_directory, hasher
):
    nodes = [directory, other_directory] * 50

    with ThreadPoolExecutor(32) as pool:
        failures = Counter(pool.map(lambda node: _fail(node, 1)[0], nodes))

    assert failures == {"wrong_password": 10, "locked": 90}
    assert hasher.checked == 10


def test_right_passwords_at_once_are_not_punished(directory, other_directory):
    nodes = [directory, other_directory] * 30

    with ThreadPoolExecutor(32) as pool:
        checks = list(pool.map(lambda node: node.check_password(ALICE, PASSWORD), nodes))

    assert [check.failure for check in checks] == [None] * 60


def test_right_passwords_at_once_are_not_punished_for_nine_wrong_ones_before(
    directory, user_store, clock, open_database
):
    hasher = PasswordHasher(slots=2)  # as slow as in real life: a fresh lock settles meanwhile
    nodes = [Directory(each, clock, hasher) for each in (user_store, SqlUserStore(open_database()))]
    for _ in range(5):
        _fail(directory, 9)
        with ThreadPoolExecutor(2) as pool:
            checks = list(pool.map(lambda node: node.check_password(ALICE, PASSWORD), nodes))
        assert [check.failure for check in checks] == [None, None]


def test_a_try_waits_for_a_lock_that_a_right_password_is_about_to_clear(
    directory, user_store, clock, hasher
):
    waited = []

    def wait(seconds):  # meanwhile the other try turns out right
        waited.append(seconds)
        if len(waited) == 2:
            stored = user_store.credentials(ALICE).password_hash
            user_store.accept_password(ALICE, stored, LockoutRules(), Origin())

    _fail(directory, 9)
    user_store.debit_password(ALICE, clock.now(), LockoutRules(), Origin())
    hasher.computed = 0

    check = Directory(user_store, clock, hasher, wait=wait).check_password(ALICE, PASSWORD)

    assert (check.failure, len(waited), hasher.computed) == (None, 2, 1)


def test_unknown_names_lock_like_known_ones_and_fill_no_table(directory, hasher, database):
    for number in range(1100):
        directory.check_password(f"nobody{number}@example.test", "wrong")

    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM password_limits").scalar()
    assert rows <= 1024
    assert hasher.checked == 0


def test_a_password_changed_while_another_is_checked_wins(directory, user_store, clock):
    class SlowHasher(CountingHasher):
        def matches(self, stored, password):
            result = super().matches(stored, password)
            directory.set_password(ALICE, "new password")
            return result

    directory_with_slow_hash = Directory(user_store, clock, SlowHasher())

    check = directory_with_slow_hash.check_password(ALICE, PASSWORD)

    assert (check.user, check.failure) == (None, "wrong_password")


def test_a_user_disabled_while_the_password_is_checked_stays_out(directory, user_store, clock):
    class SlowHasher(CountingHasher):
        def matches(self, stored, password):
            directory.disable(ALICE)
            return super().matches(stored, password)

    directory_with_slow_hash = Directory(user_store, clock, SlowHasher())

    assert directory_with_slow_hash.check_password(ALICE, PASSWORD).failure == "disabled"


def test_a_lock_lasts_when_the_clock_is_set_back(directory, clock):
    _fail(directory, 10)
    clock.time -= timedelta(hours=1)

    assert directory.check_password(ALICE, PASSWORD).failure == "locked"


def test_no_slot_for_hashing_is_kept_while_a_try_waits(directory, user_store, clock):
    hasher = PasswordHasher(memory_kib=8, passes=1, slots=1, patience=0)
    free = []

    def wait(_seconds):
        with hasher.slot():
            free.append(True)

    _fail(directory, 10)
    assert Directory(user_store, clock, hasher, wait=wait).check_password(ALICE, "x").failure
    assert len(free) == 3


@given(
    name=st.sampled_from([ALICE, "bob@example.test", "EXAMPLE\\bob", "no name"]),
    state=st.sampled_from(["free", "last try", "just locked", "locked"]),
    password=st.sampled_from([PASSWORD, "wrong", "", "x" * 257]),
    mode=st.sampled_from(LockoutMode),
    disabled=st.booleans(),
)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_try_costs_exactly_one_hash(
    name, state, password, mode, disabled, user_store, clock, directory, hasher
):
    """The time of an answer says neither whether there is such a user nor how they stand."""
    directory.unlock(ALICE)
    (directory.disable if disabled else directory.enable)(ALICE)
    tried = Directory(
        user_store,
        clock,
        hasher,
        LockoutRules(mode),
        unknown_key=uuid4().bytes,
        wait=lambda _: None,
    )
    clock.advance(days=2)
    before = {"free": 0, "last try": 9, "just locked": 10, "locked": 10}[state]
    for _ in range(before):
        tried.check_password(name, "wrong")
    clock.advance(seconds=3 if state == "locked" else 0)
    hasher.computed = 0

    tried.check_password(name, password)

    assert hasher.computed == 1


def test_which_unknown_names_share_a_counter_is_a_secret_of_the_farm(user_store, clock, hasher):
    """Whoever could compute it would lock one name, and see by another whether that is unknown."""
    asked = []

    class Recording(SqlUserStore):
        def debit_password(self, name, *others):
            asked.append(name)
            return super().debit_password(name, *others)

    def accounts(key: bytes) -> list[str]:
        asked.clear()
        store = Recording(user_store._database)
        node = Directory(store, clock, hasher, unknown_key=key, wait=lambda _: None)
        for number in range(20):
            node.check_password(f"nobody{number}@example.test", "wrong")
        return list(asked)

    assert accounts(b"one farm") == accounts(b"one farm")
    assert accounts(b"one farm") != accounts(b"another farm")
    assert accounts(b"") != accounts(b"")  # a key of its own, not none
