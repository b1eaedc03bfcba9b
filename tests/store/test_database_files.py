"""The file of a database: missing, replaced, in a place where none can be, behind a link."""

from __future__ import annotations

import os
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, text
from support.databases.counter import ROW, add_one, count

from adapter.errors import TallystickError
from idp.store import request_reads
from idp.store.engine import Database, StoreUnavailable
from idp.store.schema import password_limits


def test_a_removed_database_is_not_replaced_by_an_empty_one_and_serves_again_when_back(
    database, database_file
):
    with database.write() as connection:
        connection.execute(insert(password_limits), {**ROW, "wrong": 5})
    away = database_file.rename(database_file.with_suffix(".away"))

    for _ in range(100):  # more often than there are connections
        with pytest.raises(StoreUnavailable, match=r"removed|unable to open"):
            count(database)
        with pytest.raises(StoreUnavailable), database.write():
            pass
    assert not database_file.exists()

    away.rename(database_file)
    assert count(database) == 5


def test_a_database_that_is_missing_from_the_start_is_not_made_by_reading(tmp_path):
    with pytest.raises(StoreUnavailable):
        count(Database(f"sqlite:///{tmp_path}/missing.db"))

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_replaced_the_database_is_not_written_to(database, database_file):
    with database.write() as connection:
        connection.execute(insert(password_limits), ROW)
    other = shutil.copy(database_file, database_file.with_suffix(".other"))
    os.replace(other, database_file)

    with pytest.raises(StoreUnavailable, match="restart"):
        count(database)
    with pytest.raises(StoreUnavailable, match="restart"):
        add_one(database)


def test_a_request_checks_the_file_when_it_begins_to_read_and_at_each_write(
    database, database_file, monkeypatch
):
    monkeypatch.setattr(request_reads, "MAX_SECONDS", 3600)
    with database.write() as connection:
        connection.execute(insert(password_limits), ROW)
    away = database_file.with_suffix(".away")

    with database.of_request():
        assert count(database) == 0
        database_file.rename(away)
        assert count(database) == 0
        with pytest.raises(StoreUnavailable, match="removed"):
            add_one(database)
    with database.of_request():
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="removed"):
                count(database)


def test_a_request_that_has_waited_checks_the_file_again(database, database_file, monkeypatch):
    monkeypatch.setattr(request_reads, "MAX_SECONDS", -1)
    with database.of_request():
        assert count(database) is None
        database_file.rename(database_file.with_suffix(".away"))
        with pytest.raises(StoreUnavailable, match="removed"):
            count(database)


def test_no_connection_to_a_file_that_was_there_meanwhile_is_used_after_the_right_one_is_back(
    database, database_file
):
    with database.write() as connection:
        connection.execute(insert(password_limits), {**ROW, "wrong": 5})
    other, away = database_file.with_suffix(".other"), database_file.with_suffix(".away")
    Database(f"sqlite:///{other}").create()

    with database.read():
        database_file.rename(away)
        other.rename(database_file)
        with pytest.raises(StoreUnavailable, match="restart"), database.read():
            pass  # the first one is lent, so this one would be opened
        away.replace(database_file)

    with database.read():
        assert count(database) == 5


def test_a_file_that_is_no_database_is_reported_without_its_content(tmp_path):
    path = tmp_path / "notes.db"
    path.write_text("my secret notes, much longer than the header of a database file would be " * 9)

    with pytest.raises(StoreUnavailable, match="not a database") as refused:
        count(Database(f"sqlite:///{path}"))

    assert "secret" not in str(refused.value)


def test_a_place_where_no_file_can_be_made_is_reported(tmp_path):
    with pytest.raises(StoreUnavailable, match="cannot be created"):
        Database(f"sqlite:///{tmp_path}/{'n' * 300}.db").create()


@pytest.mark.parametrize("folder", ["missing", "missing/deeper", "file"])
def test_a_folder_that_is_missing_is_not_made(tmp_path, folder):
    """It may be a volume that is not mounted: an empty database would take its place."""
    (tmp_path / "file").touch()

    with pytest.raises(TallystickError, match="There is no folder") as refused:
        Database(f"sqlite:///{tmp_path}/{folder}/new.db").create()

    assert refused.value.code == "bad_store_url"
    assert {path.name for path in tmp_path.iterdir()} == {"file"}


def test_a_link_to_nowhere_is_not_followed(tmp_path):
    link, target = tmp_path / "tallystick.db", tmp_path / "elsewhere.db"
    link.symlink_to(target)

    with pytest.raises(TallystickError, match="is a link to a file that does not exist") as refused:
        Database(f"sqlite:///{link}").create()

    assert refused.value.code == "bad_store_url"
    assert not target.exists()


def test_a_link_to_a_database_is_followed(tmp_path, database_file):
    link = tmp_path / "link.db"
    link.symlink_to(database_file)
    database = Database(f"sqlite:///{link}")

    database.create()

    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM users")).scalar() == 0
    database.dispose()


def test_two_processes_that_create_a_file_at_once_both_have_it(tmp_path):
    databases = [Database(f"sqlite:///{tmp_path}/new.db") for _ in range(8)]

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(Database.create, databases))

    assert (tmp_path / "new.db").stat().st_size == 0


def test_a_new_file_is_readable_by_its_owner_alone_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        Database(f"sqlite:///{tmp_path}/new.db").create()
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "new.db").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://db/x",
        "postgresql://db:port/x",
        "what:is/this",
        "",
    ],
)
def test_an_url_that_cannot_work_is_refused_before_anything_is_opened(url):
    with pytest.raises(TallystickError) as refused:
        Database(url)

    assert refused.value.code == "bad_store_url"
