from __future__ import annotations

import pytest
from support.users import ALICE, PASSWORD

from idp.csv_table import CsvFaults
from idp.directory import Directory, DirectoryError


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
