"""NT hashes: kept only if asked for, and never good for anything but the present password."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from support.users import ALICE, PASSWORD

from idp.directory import Directory, PasswordHasher
from idp.directory.nt_hash import nt_hash
from idp.session.seal import Sealer
from idp.store.nt_hashes import SqlNtHashStore

BOB = "bob@example.test"
NEW = "An-Other-Password-9"


@pytest.fixture
def is_known(directory):
    """Say whether Alice passes with the NT hash of a password."""

    def ask(password: str, name: str = ALICE) -> bool:
        check, found = directory.check_nt_hash(name, lambda each: each == nt_hash(password))
        assert found == (nt_hash(password) if check.user else None)
        return check.user is not None

    return ask


@pytest.fixture
def wanted(directory, nt_hashes, clock):
    """The NT hash of Alice's password is kept."""
    assert nt_hashes.want(ALICE, "administrator", clock.now())
    assert directory.check_password(ALICE, PASSWORD).user
    assert nt_hashes.kept(ALICE)[ALICE].is_kept


def sealed_of(database, name=ALICE):
    with database.read() as connection:
        query = text('SELECT sealed FROM nt_hashes WHERE "user" = :name')
        return connection.execute(query, {"name": name}).scalar()


def store_sealed(database, sealed, name=ALICE):
    with database.write() as connection:
        change = text('UPDATE nt_hashes SET sealed = :sealed WHERE "user" = :name')
        connection.execute(change, {"sealed": sealed, "name": name})


def test_the_hash_is_the_one_of_the_standard_and_accents_are_composed():
    assert nt_hash("clientPass").hex() == "44ebba8d5312b8d611474411f56989ae"  # RFC 2759 §9.2
    assert nt_hash("e\u0301") == nt_hash("\u00e9")


@pytest.mark.parametrize("password", ["", "pässwörd", "密码", "🔑" * 64, "\ud800"])
def test_a_password_of_any_characters_has_a_hash(password):
    assert len(nt_hash(password)) == 16


def test_the_hash_of_the_empty_password_is_the_one_that_windows_has():
    assert nt_hash("").hex() == "31d6cfe0d16ae931b73c59d7e0c089c0"


def test_no_hash_is_kept_of_whom_none_is_wanted(directory, nt_hashes, is_known):
    assert directory.check_password(ALICE, PASSWORD).user

    assert nt_hashes.kept() == {}
    assert not is_known(PASSWORD)


def test_a_wanted_hash_is_kept_at_the_next_right_password(directory, nt_hashes, is_known, clock):
    nt_hashes.want(ALICE, "administrator", clock.now())

    directory.check_password(ALICE, "wrong")
    waits = nt_hashes.kept()[ALICE]
    assert (waits.wanted_by, waits.wanted_at, waits.is_kept) == ("administrator", clock.now(), 0)
    assert not is_known(PASSWORD)

    directory.check_password(ALICE, PASSWORD)
    assert nt_hashes.kept()[ALICE].is_kept
    assert is_known(PASSWORD)
    assert not is_known("wrong")


def test_asked_for_twice_nothing_changes_and_off_deletes_at_once(
    wanted, nt_hashes, is_known, clock, database
):
    nt_hashes.want(ALICE, "another", clock.now())
    assert is_known(PASSWORD)
    assert nt_hashes.kept()[ALICE].wanted_by == "administrator"

    assert nt_hashes.drop(ALICE)
    assert not nt_hashes.drop(ALICE)

    assert nt_hashes.kept() == {}
    assert not is_known(PASSWORD)
    assert sealed_of(database) is None


def test_nobody_can_be_asked_of_who_does_not_exist(nt_hashes, clock):
    assert not nt_hashes.want(BOB, "administrator", clock.now())
    assert nt_hashes.kept() == {}


PATHS = {
    "set by an administrator": lambda each: each.set_password(ALICE, NEW),
    "set after an attack": lambda each: each.set_password(ALICE, NEW, compromised=True),
    "changed by the user": lambda each: each.change_password(ALICE, PASSWORD, NEW),
}


@pytest.mark.parametrize("path", PATHS)
def test_a_new_password_has_its_hash_kept_at_once_and_the_old_one_is_worth_nothing(
    path, wanted, directory, nt_hashes, is_known, database
):
    old = sealed_of(database)

    PATHS[path](directory)

    assert nt_hashes.kept()[ALICE].is_kept
    assert is_known(NEW)
    assert not is_known(PASSWORD)

    store_sealed(database, old)  # as if it had never been deleted
    assert not nt_hashes.kept()[ALICE].is_kept
    assert not is_known(PASSWORD)
    assert not is_known(NEW)


def test_a_password_that_must_be_changed_is_known_and_does_not_let_in(wanted, directory, nt_hashes):
    directory.set_password(ALICE, NEW, must_change=True)

    check, found = directory.check_nt_hash(ALICE, lambda each: each == nt_hash(NEW))

    assert (check.user, check.failure, found) == (None, "must_change_password", None)
    wrong, _ = directory.check_nt_hash(ALICE, lambda each: each == nt_hash(PASSWORD))
    assert wrong.failure == "wrong_password"


def test_a_change_by_who_knows_no_nt_hashes_ends_the_old_one(
    wanted, user_store, clock, is_known, database, directory
):
    """Another path, such as a node of an older version: it leaves the hash lying, useless."""
    old = sealed_of(database)
    Directory(user_store, clock, PasswordHasher(memory_kib=8, passes=1)).set_password(ALICE, NEW)
    assert sealed_of(database) is None
    store_sealed(database, old)

    assert not is_known(PASSWORD)
    assert not is_known(NEW)
    directory.check_password(ALICE, NEW)
    assert is_known(NEW)


def test_another_hash_of_the_same_password_needs_the_password_again(
    wanted, directory, is_known, database
):
    """As where passwords are hashed anew, with other parameters of argon2."""
    anew = PasswordHasher(memory_kib=16, passes=1).hash(PASSWORD)
    with database.write() as connection:
        connection.execute(text("UPDATE users SET password_hash = :anew"), {"anew": anew})

    assert not is_known(PASSWORD)
    assert directory.check_password(ALICE, PASSWORD).user
    assert is_known(PASSWORD)


def test_a_namesake_of_a_removed_user_has_no_hash_kept(wanted, directory, nt_hashes, is_known):
    directory.remove(ALICE)

    directory.import_csv(f"name,password\n{ALICE},{PASSWORD}\n")

    assert directory.check_password(ALICE, PASSWORD).user
    assert nt_hashes.kept() == {}
    assert not is_known(PASSWORD)


def test_a_user_who_is_removed_while_a_hash_is_asked_for_leaves_nothing(
    directory, nt_hashes, clock, open_database, sealer
):
    elsewhere = SqlNtHashStore(open_database(), sealer.purpose("nt-hash"))
    for _ in range(10):
        with ThreadPoolExecutor(2) as pool:
            asked = pool.submit(elsewhere.want, ALICE, "administrator", clock.now())
            pool.submit(directory.remove, ALICE).result()
            asked.result()
        directory.add(ALICE, PASSWORD)
        assert nt_hashes.kept() == {}


def test_the_row_of_another_user_opens_for_nobody_else(
    wanted, directory, nt_hashes, user_store, is_known, database, clock
):
    directory.add(BOB, PASSWORD)
    nt_hashes.want(BOB, "administrator", clock.now())

    store_sealed(database, sealed_of(database), BOB)
    beside = user_store.credentials(ALICE).password_hash  # and even with what it was sealed beside
    with database.write() as connection:
        connection.execute(text("UPDATE users SET password_hash = :beside"), {"beside": beside})

    assert not nt_hashes.kept()[BOB].is_kept
    assert not is_known(PASSWORD, BOB)
    assert is_known(PASSWORD)


@pytest.mark.parametrize("damage", ["", "x", "no.seal", lambda sealed: sealed[:-4] + "AAAA"])
def test_a_damaged_hash_is_none_until_the_password_comes_again(
    damage, wanted, directory, nt_hashes, is_known, database
):
    store_sealed(database, damage(sealed_of(database)) if callable(damage) else damage)

    assert not nt_hashes.kept()[ALICE].is_kept
    assert not is_known(PASSWORD)
    directory.check_password(ALICE, PASSWORD)
    assert is_known(PASSWORD)


def test_without_the_secret_of_the_farm_nothing_opens(wanted, database):
    other = SqlNtHashStore(database, Sealer(b"t" * 32).purpose("nt-hash"))

    assert not other.kept()[ALICE].is_kept


def test_a_slow_sign_in_with_an_old_password_does_not_undo_what_is_kept_of_the_new_one(
    wanted, directory, nt_hashes, user_store, is_known
):
    old = user_store.credentials(ALICE).password_hash
    directory.set_password(ALICE, NEW)

    nt_hashes.keep(ALICE, old, nt_hash(PASSWORD))

    assert is_known(NEW)


def test_the_hash_itself_is_nowhere_to_be_read(wanted, directory, nt_hashes, database):
    found = nt_hash(PASSWORD)
    shown = [sealed_of(database), repr(nt_hashes.kept()), repr(nt_hashes), repr(directory)]

    check, _ = directory.check_nt_hash(ALICE, lambda each: each == found)

    for text_ in (*shown, repr(check)):
        assert found.hex() not in text_.lower()
        assert repr(found)[2:-1] not in text_
