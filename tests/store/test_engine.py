from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import func, insert, select, text, update
from support.nets import NET_SECONDS

from adapter.errors import TallystickError
from idp.store import errors, sqlite
from idp.store.column_types import EPOCH, Instant
from idp.store.engine import Database, StoreUnavailable
from idp.store.schema import password_limits
from idp.store.sqlite import turn_of

ROW = {"name": "counter", "wrong": 0, "last_at": EPOCH}


def _count(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.sum(password_limits.c.wrong))).scalar_one()


def _add_one(database: Database) -> None:
    with database.write(alone=password_limits) as connection:
        seen = connection.execute(select(password_limits.c.wrong)).scalar_one()
        connection.execute(update(password_limits).values(wrong=seen + 1))


def test_transactions_that_read_before_they_write_lose_nothing(open_database):
    databases = [open_database(), open_database()]
    with databases[0].write() as connection:
        connection.execute(insert(password_limits), ROW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(_add_one, databases * 50))

    assert _count(databases[0]) == 100


@pytest.mark.parametrize("durable", [True, False])
def test_a_transaction_left_by_an_exception_changes_nothing(database, durable):
    with suppress(KeyError), database.write(durable=durable) as connection:
        connection.execute(insert(password_limits), ROW)
        raise KeyError

    assert _count(database) is None
    with database.write(durable=durable) as connection:
        connection.execute(insert(password_limits), ROW)
    assert _count(database) == 0


def test_a_crowd_of_readers_each_have_a_connection_and_see_what_is_committed(
    database, database_file
):
    crowd = sqlite.MAX_IDLE + 4
    together = threading.Barrier(crowd)

    def read(_: int) -> int:
        with database.read() as connection:
            together.wait(NET_SECONDS)
            return connection.execute(text("SELECT 1")).scalar_one()

    with ThreadPoolExecutor(crowd) as pool:
        for _ in range(2):
            assert list(pool.map(read, range(crowd))) == [1] * crowd

    with database.write(durable=False) as connection:
        connection.execute(insert(password_limits), ROW)
    assert _count(database) == 0


def test_a_read_sees_the_last_commit_of_any_connection(open_database):
    ours, theirs = open_database(), open_database()
    with ours.read() as connection:
        assert connection.execute(select(func.count()).select_from(password_limits)).scalar() == 0
        with theirs.write() as other:
            other.execute(insert(password_limits), ROW)
        assert connection.execute(select(func.count()).select_from(password_limits)).scalar() == 1


@pytest.mark.parametrize(("durable", "synchronous"), [(True, 2), (False, 1)])
def test_a_durable_commit_waits_for_the_disk_and_a_cheap_one_does_not(
    database, database_file, durable, synchronous
):
    with database.write(durable=durable) as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == synchronous
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_a_database_of_tests_never_waits_for_the_disk(database, database_file):
    of_tests = Database(f"sqlite:///{database_file}", waits_for_disk=False)
    with of_tests.write(durable=True) as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 1
    with of_tests.together(), of_tests.write() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 1
    of_tests.dispose()


def test_a_locked_database_is_reported_and_serves_again_when_free(
    database, database_file, monkeypatch
):
    monkeypatch.setattr(errors, "MAX_WAIT_SECONDS", 0.05)
    other = sqlite3.connect(database_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailable, match="locked"), database.write():
        pass

    other.execute("ROLLBACK")
    other.close()
    with database.write() as connection:
        connection.execute(insert(password_limits), ROW)


def test_our_own_threads_wait_for_their_turn_to_write_and_not_forever(
    database, database_file, monkeypatch
):
    monkeypatch.setattr(errors, "MAX_WAIT_SECONDS", 0.05)
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.write():
            holding.set()
            done.wait(NET_SECONDS)

    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait(NET_SECONDS)
    with pytest.raises(StoreUnavailable), database.write():
        pass
    done.set()
    holder.join()


def test_a_patient_write_waits_longer_for_another_process(database, database_file, monkeypatch):
    monkeypatch.setattr(errors, "MAX_WAIT_SECONDS", 0.05)
    other = sqlite3.connect(database_file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    ends = threading.Timer(0.5, lambda: other.execute("ROLLBACK"))
    ends.start()

    with database.write(patient=True) as connection:
        connection.execute(insert(password_limits), ROW)

    ends.join()
    other.close()


def test_a_patient_write_gives_up_in_the_end(database, database_file, monkeypatch):
    monkeypatch.setattr(errors, "MAX_WAIT_SECONDS", 0.05)
    monkeypatch.setattr(errors, "MAX_PATIENT_SECONDS", 0.2)
    other = sqlite3.connect(database_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailable, match="locked"), database.write(patient=True):
        pass

    other.close()


def test_all_that_write_to_one_file_in_a_process_wait_for_the_same_turn(database_file, tmp_path):
    link = tmp_path / "link.db"
    link.symlink_to(database_file)

    assert turn_of(database_file) is turn_of(link) is not turn_of(tmp_path / "other.db")


def test_a_writer_of_another_engine_of_the_process_waits_and_does_not_poll(
    database, database_file, monkeypatch
):
    """SQLite would let it poll, and on a busy machine at the wrong moments until it gives up."""
    monkeypatch.setattr(errors, "MAX_WAIT_SECONDS", 0.05)
    another = Database(f"sqlite:///{database_file}")
    with (
        database.write(),
        pytest.raises(StoreUnavailable, match="other threads were writing"),
        another.write(),
    ):
        pass
    another.dispose()


def test_a_removed_database_is_not_replaced_by_an_empty_one_and_serves_again_when_back(
    database, database_file
):
    with database.write() as connection:
        connection.execute(insert(password_limits), {**ROW, "wrong": 5})
    away = database_file.rename(database_file.with_suffix(".away"))

    for _ in range(100):  # more often than there are connections
        with pytest.raises(StoreUnavailable, match=r"gone|unable to open"):
            _count(database)
        with pytest.raises(StoreUnavailable), database.write():
            pass
    assert not database_file.exists()

    away.rename(database_file)
    assert _count(database) == 5


def test_a_database_that_is_missing_from_the_start_is_not_made_by_reading(tmp_path):
    with pytest.raises(StoreUnavailable):
        _count(Database(f"sqlite:///{tmp_path}/missing.db"))

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_replaced_the_database_is_not_written_to(database, database_file):
    with database.write() as connection:
        connection.execute(insert(password_limits), ROW)
    other = shutil.copy(database_file, database_file.with_suffix(".other"))
    os.replace(other, database_file)

    with pytest.raises(StoreUnavailable, match="restart"):
        _count(database)
    with pytest.raises(StoreUnavailable, match="restart"):
        _add_one(database)


def test_a_file_that_is_no_database_is_reported_without_its_content(tmp_path):
    path = tmp_path / "notes.db"
    path.write_text("my secret notes, much longer than the header of a database file would be " * 9)

    with pytest.raises(StoreUnavailable, match="not a database") as refused:
        _count(Database(f"sqlite:///{path}"))

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


def test_a_time_comes_back_as_it_went_in_and_a_naive_one_is_refused():
    now = EPOCH.replace(year=2024, microsecond=123_457)
    stored = Instant().process_bind_param(now, None)

    assert Instant().process_result_value(stored, None) == now
    with pytest.raises(TypeError):
        Instant().process_bind_param(now.replace(tzinfo=None), None)
