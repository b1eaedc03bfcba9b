"""Whoever guesses from elsewhere locks themselves out, and not the user at home."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.nets import NET_SECONDS
from support.servers import brute_force
from support.servers.brute_force import ELSEWHERE
from support.servers.brute_force import USER as ALICE
from support.users import PASSWORD

from idp.directory import Directory, LockoutEvent, PasswordHasher
from idp.directory.lockout import Limit, LockoutMode, LockoutRules, Origin
from idp.store.users import SqlUserStore

HOME = Origin(("192.0.2.1",), extranet=True)
OFFICE = Origin(("10.0.0.7",))
LIMITS = {
    "unknown": Limit(4, forgets=False),
    "familiar": Limit(6, forgets=False),
    "soft": Limit(10),
}
ENFORCED = LockoutRules(LockoutMode.ENFORCE, **LIMITS)


class CountingHasher(PasswordHasher):
    """Counts how often a hash was computed."""

    computed = 0

    def matches(self, stored, password):
        self.computed += 1
        return super().matches(stored, password)


@pytest.fixture
def hasher():
    return CountingHasher(memory_kib=8, passes=1, slots=4)


@pytest.fixture
def make_directory(open_database, clock, hasher):
    """Make a directory with rules, each on a connection of its own."""

    def node(rules=ENFORCED):
        return Directory(SqlUserStore(open_database()), clock, hasher, rules)

    return node


@pytest.fixture
def directory(make_directory):
    """A user who has signed in from home."""
    directory = make_directory()
    directory.add(ALICE, PASSWORD)
    directory.check_password(ALICE, PASSWORD, HOME)
    return directory


def fail(directory, times, origin, name=ALICE):
    return [directory.check_password(name, "wrong", origin).failure for _ in range(times)]


def failure(directory, origin, password=PASSWORD):
    return directory.check_password(ALICE, password, origin).failure


def test_guesses_from_elsewhere_lock_that_kind_of_place_alone(directory):
    assert fail(directory, 6, ELSEWHERE) == ["wrong_password"] * 4 + ["locked"] * 2
    assert failure(directory, OFFICE) == "locked"
    assert failure(directory, HOME) is None


def test_familiar_places_have_a_threshold_of_their_own(directory):
    assert fail(directory, 7, HOME) == ["wrong_password"] * 6 + ["locked"]
    assert failure(directory, ELSEWHERE) is None


def test_a_success_makes_a_place_familiar(directory):
    assert failure(directory, ELSEWHERE) is None
    assert len([each for each in fail(directory, 7, ELSEWHERE) if each == "wrong_password"]) == 6


def test_a_known_address_behind_an_unknown_one_is_not_familiar(directory):
    both = Origin((*HOME.addresses, *ELSEWHERE.addresses), extranet=True)
    assert fail(directory, 5, both)[-1] == "locked"
    assert failure(directory, HOME) is None


def test_once_the_window_has_passed_there_is_one_try_a_window(directory, clock):
    fail(directory, 4, ELSEWHERE)
    for _ in range(3):
        clock.advance(minutes=29, seconds=59)
        assert failure(directory, ELSEWHERE) == "locked"
        clock.advance(seconds=1)
        assert fail(directory, 3, ELSEWHERE) == ["wrong_password", "locked", "locked"]
    clock.advance(minutes=30)
    assert failure(directory, ELSEWHERE) is None
    assert fail(directory, 4, OFFICE) == ["wrong_password"] * 4  # the counter is back at 0


def test_a_quiet_day_does_not_bring_the_counter_back_to_0(directory, clock):
    fail(directory, 3, ELSEWHERE)
    clock.advance(days=1)
    assert fail(directory, 2, ELSEWHERE) == ["wrong_password", "locked"]


def test_a_sign_in_at_home_does_not_clear_what_others_did_elsewhere(directory):
    fail(directory, 3, ELSEWHERE)
    assert failure(directory, HOME) is None
    assert fail(directory, 2, ELSEWHERE) == ["wrong_password", "locked"]


def test_unlocking_clears_the_counters_and_keeps_the_familiar_places(directory):
    fail(directory, 6, HOME)
    fail(directory, 4, ELSEWHERE)
    directory.unlock(ALICE)
    assert directory.lockouts(ALICE)[ALICE].familiar_addresses == HOME.addresses
    assert fail(directory, 5, HOME) == ["wrong_password"] * 5
    assert failure(directory, ELSEWHERE) is None


def test_a_new_password_of_an_administrator_forgets_the_places(directory):
    directory.set_password(ALICE, "another one")
    assert directory.lockouts(ALICE) == {}


def test_a_removed_user_leaves_nothing(directory):
    directory.remove(ALICE)
    assert directory.lockouts() == {}


def test_unknown_names_lock_in_the_same_way(directory):
    """They cost and look the same, though nobody can see it but in the log."""
    nobody = "nobody@example.test"
    first = directory.lockouts()
    assert fail(directory, 6, ELSEWHERE, nobody) == ["unknown_user"] * 6
    (activity,) = (directory.lockouts()[name] for name in directory.lockouts() if name not in first)
    assert activity.locked == ("unknown",)
    assert activity.counters["unknown"].wrong == 4


@pytest.mark.parametrize(
    ("origin", "failures"),
    [
        (OFFICE, ["wrong_password"] * 10 + ["locked"] * 2),
        (ELSEWHERE, ["wrong_password"] * 4 + ["locked"] * 8),
    ],
    ids=["inside the soft one", "outside the smart one"],
)
def test_extranet_only_holds_for_requests_from_outside(make_directory, directory, origin, failures):
    outside = make_directory(LockoutRules(LockoutMode.ENFORCE, extranet_only=True, **LIMITS))
    assert fail(outside, 12, origin) == failures


@pytest.mark.parametrize("mode", LockoutMode)
@pytest.mark.parametrize("password", ["wrong", PASSWORD])
@pytest.mark.parametrize("name", [ALICE, "nobody@example.test"])
def test_every_try_at_a_locked_account_costs_one_hash(
    make_directory, directory, hasher, clock, mode, password, name
):
    locking = make_directory(LockoutRules(mode, **LIMITS))
    fail(locking, 10, ELSEWHERE, name)
    clock.advance(minutes=1)
    hasher.computed = 0
    assert locking.check_password(name, password, ELSEWHERE).user is None
    assert hasher.computed == 1


# What an administrator hears


def events(directory, origin, *passwords):
    return [directory.check_password(ALICE, each, origin).lockout for each in passwords]


@pytest.mark.parametrize(("mode", "limit"), [("password_counter", 10), ("enforce", 4)])
def test_the_try_that_locks_is_logged(make_directory, directory, mode, limit):
    told = events(
        make_directory(LockoutRules(LockoutMode(mode), **LIMITS)),
        ELSEWHERE,
        *["wrong"] * (limit + 2),
    )
    assert told == [None] * (limit - 1) + [LockoutEvent.LOCKED_OUT, None, None]


def test_a_right_password_while_locked_is_refused_and_logged(directory, clock):
    fail(directory, 4, ELSEWHERE)
    clock.advance(minutes=1)
    check = directory.check_password(ALICE, PASSWORD, ELSEWHERE)
    assert (check.user, check.failure) == (None, "locked")
    assert check.lockout is LockoutEvent.RIGHT_WHILE_LOCKED


def test_the_soft_lockout_does_not_look_at_the_password_of_a_locked_user(
    make_directory, directory, clock
):
    soft = make_directory(LockoutRules())
    fail(soft, 10, ELSEWHERE)
    clock.advance(minutes=1)
    assert soft.check_password(ALICE, PASSWORD, ELSEWHERE).lockout is None


def test_log_only_keeps_the_soft_one_and_tells_what_the_smart_one_would_refuse(
    make_directory, directory
):
    watched = make_directory(LockoutRules(LockoutMode.LOG_ONLY, **LIMITS))
    fail(watched, 4, ELSEWHERE)
    assert events(watched, ELSEWHERE, "wrong") == [LockoutEvent.ALLOWED]
    check = watched.check_password(ALICE, PASSWORD, OFFICE)
    assert (check.failure, check.lockout) == (None, LockoutEvent.ALLOWED)
    assert failure(watched, HOME) is None
    assert fail(watched, 11, ELSEWHERE) == ["wrong_password"] * 10 + ["locked"]
    assert watched.lockouts(ALICE)[ALICE].locked == ("soft",)


def test_log_only_counts_no_try_that_the_soft_lockout_refuses(make_directory, directory):
    watched = make_directory(LockoutRules(LockoutMode.LOG_ONLY, unknown=Limit(100, forgets=False)))
    fail(watched, 15, ELSEWHERE)
    counters = watched.lockouts(ALICE)[ALICE].counters
    assert (counters["soft"].wrong, counters["unknown"].wrong) == (10, 10)


# Races


def test_of_a_hundred_wrong_passwords_in_two_processes_exactly_the_limit_may_let_in(
    directory, database_url
):
    nodes = [_guessing(database_url) for _ in range(2)]
    for each in nodes:
        assert each.stdout.readline() == "ready\n"
    for each in nodes:
        each.stdin.write("go\n")
        each.stdin.flush()
    granted = [int(each.communicate(timeout=NET_SECONDS)[0]) for each in nodes]

    assert sum(granted) == 4
    assert directory.lockouts(ALICE)[ALICE].counters["unknown"].wrong == 4


def _guessing(url):
    return subprocess.Popen(  # noqa: S603 - a module of our own
        [sys.executable, "-m", brute_force.__name__, url],
        cwd=Path(brute_force.__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_many_right_passwords_at_once_from_an_unknown_address_are_accepted(
    make_directory, directory
):
    nodes = [directory, make_directory()] * 10
    with ThreadPoolExecutor(16) as pool:
        found = Counter(pool.map(lambda each: failure(each, ELSEWHERE), nodes))
    assert found == {None: 20}
