from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import func, insert, select, text
from support.databases.counter import ROW, add_one, count
from support.nets import NET_SECONDS

from idp.store import errors, sqlite
from idp.store.column_types import EPOCH, Instant
from idp.store.engine import Database, StoreUnavailable
from idp.store.schema import password_limits
from idp.store.sqlite import turn_of


def test_transactions_that_read_before_they_write_lose_nothing(open_database):
    databases = [open_database(), open_database()]
    with databases[0].write() as connection:
        connection.execute(insert(password_limits), ROW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, databases * 50))

    assert count(databases[0]) == 100


@pytest.mark.parametrize("durable", [True, False])
def test_a_transaction_left_by_an_exception_changes_nothing(database, durable):
    with suppress(KeyError), database.write(durable=durable) as connection:
        connection.execute(insert(password_limits), ROW)
        raise KeyError

    assert count(database) is None
    with database.write(durable=durable) as connection:
        connection.execute(insert(password_limits), ROW)
    assert count(database) == 0


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
    assert count(database) == 0


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


def test_each_commit_on_a_connection_waits_for_the_disk_or_not_as_it_was_begun(
    database, database_file
):
    begun = [True, False, False, True, True, False]
    waits = []
    for durable in begun:
        with database.write(durable=durable) as connection:
            waits.append(connection.execute(text("PRAGMA synchronous")).scalar() == 2)
    assert waits == begun


def test_a_read_finds_in_memory_what_a_durable_commit_has_left_there(database, database_file):
    with database.write() as connection:
        wrote = connection.connection.driver_connection
    with database.read() as connection:
        assert connection.connection.driver_connection is wrote


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


def test_a_time_comes_back_as_it_went_in_and_a_naive_one_is_refused():
    now = EPOCH.replace(year=2024, microsecond=123_457)
    to_store, to_read = Instant().bind_processor(None), Instant().result_processor(None, None)
    stored = to_store(now)

    assert to_read(stored) == now
    with pytest.raises(TypeError):
        to_store(now.replace(tzinfo=None))
