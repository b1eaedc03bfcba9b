from __future__ import annotations

import pytest
from support.users import ALICE

from idp.directory import Directory, PasswordHasher
from idp.directory.passwords import check_new_password
from idp.store.users import SqlUserStore

OLD, NEW = "Correct horse 1", "Battery staple 2"


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("Abcdef12", None),
        ("abcdef1!", None),
        ("ABCDEF1 ", None),
        ("Äöüßäöü1", None),
        ("密码密码密码aB", None),
        ("A" + "b1" * 127 + "!", None),
        ("Abcdef1", "new_password_length"),
        ("Ab1" + "x" * 254, "new_password_length"),
        ("", "new_password_length"),
        ("abcdefgh", "new_password_too_simple"),
        ("abcdefg1", "new_password_too_simple"),
        ("ABCDEFGH", "new_password_too_simple"),
        ("12345678", "new_password_too_simple"),
        ("Abcdefgh", "new_password_too_simple"),
        (OLD, "new_password_is_old"),
    ],
)
def test_a_new_password_has_length_and_three_of_four_kinds_and_is_new(new, said):
    assert check_new_password(new, OLD) == said


def test_the_old_password_in_another_unicode_composition_is_not_new():
    assert check_new_password("Äpfel 99", "A\u0308pfel 99") == "new_password_is_old"


@pytest.fixture
def directory(database, clock):
    hasher = PasswordHasher(memory_kib=8, passes=1)
    directory = Directory(SqlUserStore(database), clock, hasher)
    directory.add(ALICE, OLD)
    return directory


def test_a_change_moves_the_time_from_which_sessions_count(directory, clock):
    clock.advance(minutes=5)
    changed = directory.change_password(ALICE, OLD, NEW).user
    assert changed.valid_from == clock.now()
    assert directory.check_password(ALICE, NEW).user == changed


def test_a_change_by_an_administrator_meanwhile_wins(directory, database, clock):
    class Slow(PasswordHasher):
        def hash(self, password):
            clock.advance(seconds=1)
            directory.set_password(ALICE, "Of the administrator")
            return super().hash(password)

    slow = Directory(SqlUserStore(database), clock, Slow(memory_kib=8, passes=1))

    check = slow.change_password(ALICE, OLD, NEW)

    assert (check.user, check.failure) == (None, "wrong_password")
    assert directory.check_password(ALICE, "Of the administrator").user is not None


def test_a_user_disabled_meanwhile_changes_nothing(directory, database, clock):
    class Slow(PasswordHasher):
        def hash(self, password):
            clock.advance(seconds=1)
            directory.disable(ALICE)
            return super().hash(password)

    slow = Directory(SqlUserStore(database), clock, Slow(memory_kib=8, passes=1))

    assert slow.change_password(ALICE, OLD, NEW).user is None
    directory.enable(ALICE)
    assert directory.check_password(ALICE, OLD).user is not None


def test_a_password_that_must_be_changed_is_good_for_nothing_else(directory):
    directory.set_password(ALICE, OLD, must_change=True)
    check = directory.check_password(ALICE, OLD)
    assert (check.user, check.failure, check.name) == (None, "must_change_password", ALICE)
    assert directory.check_password(ALICE, "wrong").failure == "wrong_password"

    assert directory.change_password(ALICE, OLD, NEW).user.must_change is False
    assert directory.check_password(ALICE, NEW).user is not None
