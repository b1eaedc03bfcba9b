from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.csv_table import CsvFaults
from idp.directory import Directory, DirectoryError, PasswordHasher
from idp.directory.lockout import LockoutRules, Mode, Origin
from idp.store.users import SqlUserStore

ALICE, PASSWORD = "alice@example.test", "correct horse"


class CountingHasher(PasswordHasher):
    """Counts how often a real hash was looked at, and how often any was computed."""

    def __init__(self) -> None:
        super().__init__(memory_kib=8, passes=1, slots=4)
        self.checked = self.computed = 0

    def matches(self, stored, password):
        self.computed += 1
        self.checked += stored is not None
        return super().matches(stored, password)


@pytest.fixture
def hasher():
    return CountingHasher()


@pytest.fixture
def user_store(database):
    return SqlUserStore(database)


@pytest.fixture
def directory(user_store, clock, hasher):
    directory = Directory(user_store, clock, hasher)
    directory.add(ALICE, PASSWORD, display_name="Alice Archer", groups=("staff", "wiki"))
    return directory


@pytest.fixture
def other_directory(open_database, clock, hasher):
    """The directory of another node; *hasher* is shared, so that one count holds both."""
    return Directory(SqlUserStore(open_database()), clock, hasher)


def _fail(directory: Directory, times: int, name: str = ALICE) -> list[str | None]:
    return [directory.check_password(name, "wrong").failure for _ in range(times)]


@pytest.mark.parametrize("name", ["alice@example.test", "ALICE@Example.Test", "example\\Alice"])
def test_a_user_is_found_and_signs_in_by_either_name_in_any_case(directory, name):
    check = directory.check_password(name, PASSWORD)

    assert directory.find(name) == check.user
    assert check.failure is None
    assert check.user.upn == ALICE
    assert check.user.windows_account_name == "EXAMPLE\\alice"
    assert check.user.groups == ("staff", "wiki")
    assert check.user.email == ALICE


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


def test_no_slot_for_hashing_is_kept_while_a_try_waits(directory, user_store, clock):
    hasher = PasswordHasher(memory_kib=8, passes=1, slots=1, waiting=0)
    free = []

    def wait(_seconds):
        with hasher.turn():
            free.append(True)

    _fail(directory, 10)
    assert Directory(user_store, clock, hasher, wait=wait).check_password(ALICE, "x").failure
    assert len(free) == 3


@given(
    name=st.sampled_from([ALICE, "bob@example.test", "EXAMPLE\\bob", "no name"]),
    state=st.sampled_from(["free", "last try", "just locked", "locked"]),
    password=st.sampled_from([PASSWORD, "wrong", "", "x" * 257]),
    mode=st.sampled_from(Mode),
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


def test_unknown_names_lock_like_known_ones_and_fill_no_table(directory, hasher, database):
    for number in range(1100):
        directory.check_password(f"nobody{number}@example.test", "wrong")

    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM password_limits").scalar()
    assert rows <= 1024
    assert hasher.checked == 0


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


def test_a_new_password_ends_sessions_and_the_lock_and_the_old_one_is_wrong(directory, clock):
    _fail(directory, 11)
    clock.advance(minutes=1)

    changed = directory.set_password(ALICE, "new password")

    assert changed.valid_from == clock.now()
    assert directory.check_password(ALICE, PASSWORD).failure == "wrong_password"
    assert directory.check_password(ALICE, "new password").failure is None


def test_disabling_ends_sessions_for_good(directory, clock):
    clock.advance(minutes=1)
    disabled = directory.disable(ALICE)

    assert (disabled.disabled, disabled.valid_from) == (True, clock.now())
    assert directory.enable(ALICE).valid_from >= disabled.valid_from


def test_a_removed_user_is_unknown(directory):
    directory.remove("EXAMPLE\\alice")

    assert directory.find(ALICE) is None
    assert directory.check_password(ALICE, PASSWORD).failure == "unknown_user"
    with pytest.raises(DirectoryError, match="no user"):
        directory.remove(ALICE)


def test_a_second_user_of_either_name_is_refused(directory):
    for name in ("ALICE@example.test", "alice@example.org"):
        with pytest.raises(DirectoryError) as refused:
            directory.add(name, "x")
        assert refused.value.code == "user_exists"


@pytest.mark.parametrize(
    ("name", "password", "extra"),
    [
        ("alice", "x", {}),
        ("EXAMPLE\\bob", "x", {}),
        ("bob@example.test", "", {}),
        ("bob@example.test", "x" * 257, {}),
        ("bob@example.test", "x", {"display_name": "Bob\x00"}),
        ("bob@example.test", "x", {"email": "b" * 257}),
        ("bob@example.test", "x", {"groups": ("wiki\n",)}),
    ],
)
def test_a_user_that_cannot_be_is_refused_without_repeating_the_password(
    directory, name, password, extra
):
    with pytest.raises(DirectoryError) as refused:
        directory.add(name, password, **extra)

    assert refused.value.code == "bad_user"
    assert len(directory.list()) == 1


def test_a_file_makes_all_its_users(directory):
    added = directory.import_csv(
        "\ufeffName,password,display_name,email,groups\r\n"
        "Bob@example.test, two words ,Bob Baker,bob@mail.test,staff; wiki;staff\r\n"
        "\r\n"
        'carol@example.test,"quoted, ""x""",,,\r\n'
    )

    assert [user.upn for user in added] == ["bob@example.test", "carol@example.test"]
    assert directory.list() == (directory.find(ALICE), *added)
    assert added[0].groups == ("staff", "wiki")
    assert added[0].email == "bob@mail.test"
    assert directory.check_password("bob@example.test", " two words ").failure is None
    assert directory.check_password("carol@example.test", 'quoted, "x"').failure is None


def test_a_file_with_faults_makes_none_and_names_them_all_by_line(directory):
    with pytest.raises(CsvFaults) as refused:
        directory.import_csv(
            "name,password\n"
            "bob@example.test,secret one\n"
            "nobody,secret two\n"
            "bob@example.test,\n"
            "too,many,fields\n"
            "alice@example.test,secret three\n"
        )

    lines = sorted(fault.partition(":")[0] for fault in refused.value.faults)
    assert lines == ["line 3", "line 4", "line 4", "line 5", "line 6"]
    assert "secret" not in str(refused.value)
    assert len(directory.list()) == 1


@pytest.mark.parametrize(
    "text", ["", "password\nx\n", "name,password,shoe_size\n", "name,password,name\n", 'name,"\n']
)
def test_a_file_without_a_usable_header_is_refused(directory, text):
    with pytest.raises(CsvFaults):
        directory.import_csv(text)


def test_a_password_is_neither_in_the_database_nor_in_a_repr(directory, user_store, database_file):
    credentials = user_store.credentials(ALICE)

    assert "argon2" not in repr(credentials)
    files = database_file.parent.glob("*")
    assert PASSWORD.encode() not in b"".join(path.read_bytes() for path in files)


def test_a_lock_lasts_when_the_clock_is_set_back(directory, clock):
    _fail(directory, 10)
    clock.time -= timedelta(hours=1)

    assert directory.check_password(ALICE, PASSWORD).failure == "locked"
