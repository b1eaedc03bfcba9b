"""What is PostgreSQL's own: who waits for whom, and what becomes of connections that are cut."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import Connection, insert, text
from support.clock import NOON
from support.databases.postgresql import OTHERS_AWAY
from support.nets import NET_SECONDS

from adapter.errors import TallystickError
from idp.audit.record import SignInRecord
from idp.directory.lockout import LockoutRules, Origin
from idp.directory.user_store import Credentials
from idp.directory.users import User
from idp.store import errors, sign_in_log, users
from idp.store.column_types import EPOCH
from idp.store.engine import Database, StoreUnavailable
from idp.store.schema import password_limits
from idp.store.sign_in_log import SqlSignInLog
from idp.store.users import SqlUserStore

ROW = {"name": "counter", "wrong": 0, "last_at": EPOCH}
RECORD = SignInRecord(NOON, 1200, "activity", "alice@example.test", outcome="issued")


@pytest.fixture
def database(postgresql_url):
    opened = Database(postgresql_url, connections=4)
    yield opened
    opened.dispose()


@pytest.fixture
def observer(postgresql_url):
    """Somebody else who is connected to the same database."""
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        yield connection


def _until_somebody_waits(observer: psycopg.Connection) -> None:
    """Wait, in the server, until a lock is asked for and not given."""
    observer.execute(
        """DO $$ BEGIN FOR turn IN 1..6000 LOOP
            IF EXISTS (SELECT FROM pg_locks WHERE NOT granted) THEN RETURN; END IF;
            PERFORM pg_sleep(0.01);
        END LOOP; RAISE 'nobody waits'; END $$"""
    )


def _number_of_rows(connection: Connection) -> int:
    return connection.execute(text("SELECT count(*) FROM password_limits")).scalar_one()


@pytest.mark.parametrize(("durable", "commits"), [(True, "on"), (False, "off")])
def test_a_durable_commit_waits_for_the_disk_and_a_cheap_one_does_not(database, durable, commits):
    with database.write(durable=durable) as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == commits
    with database.read() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"


@pytest.mark.parametrize("waits_for_disk", [True, False])
def test_an_exclusive_transaction_is_serializable_also_where_nothing_waits_for_the_disk(
    postgresql_url, waits_for_disk
):
    database = Database(postgresql_url, waits_for_disk=waits_for_disk)
    with database.together(exclusive=True), database.write() as connection:
        level = connection.execute(text("SHOW transaction_isolation")).scalar()
    database.dispose()

    assert level == "serializable"


def test_a_transaction_is_seen_by_others_when_it_has_ended_and_not_before(database):
    with database.write() as connection:
        connection.execute(insert(password_limits), ROW)
        with database.read() as other:
            assert _number_of_rows(other) == 0
    with database.read() as other:
        assert _number_of_rows(other) == 1


def test_a_password_that_is_changed_between_two_queries_is_not_accepted(database, monkeypatch):
    """What is read of the user would else be newer than the hash that was compared."""
    store, find = SqlUserStore(database), users._find
    alice = User("alice@example.test", "", "", "example\\alice", (), False, NOON)
    store.add_users([Credentials(alice, "old")])

    def find_after_a_change(connection, name):
        monkeypatch.undo()
        store.change_password(name, "new", NOON.replace(hour=13))
        return find(connection, name)

    monkeypatch.setattr(users, "_find", find_after_a_change)

    assert store.accept_password(alice.upn, "old", LockoutRules(), Origin()) is None


def test_connections_that_were_cut_are_replaced_before_anybody_notices(database, observer):
    with database.read(), database.write():
        pass
    observer.execute(OTHERS_AWAY)

    with database.write() as connection:
        connection.execute(insert(password_limits), ROW)
    with database.read() as connection:
        assert _number_of_rows(connection) == 1


def test_a_transaction_whose_connection_is_cut_did_nothing(database, observer):
    with pytest.raises(StoreUnavailable), database.write() as connection:  # noqa: PT012 -- at COMMIT
        connection.execute(insert(password_limits), ROW)
        observer.execute(OTHERS_AWAY)

    with database.write() as connection:
        assert _number_of_rows(connection) == 0


def test_a_connection_that_is_cut_between_statements_is_a_database_that_does_not_answer(
    database, observer
):
    with pytest.raises(StoreUnavailable), database.write() as connection:  # noqa: PT012 -- at the read
        assert _number_of_rows(connection) == 0
        observer.execute(OTHERS_AWAY)
        _number_of_rows(connection)


def test_a_lock_is_waited_for_and_not_forever(postgresql_url, observer, monkeypatch):
    monkeypatch.setattr(errors, "MAX_WAIT_SECONDS", 0.05)
    database = Database(postgresql_url)
    with observer.transaction():
        observer.execute("LOCK TABLE password_limits")
        with (
            pytest.raises(StoreUnavailable, match="lock timeout"),
            database.write(alone=password_limits),
        ):
            pass

    with database.write(alone=password_limits):
        pass
    database.dispose()


def test_every_connection_gives_up_on_locks_and_on_transactions_that_do_nothing(database):
    with database.read() as connection:
        for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            assert connection.execute(text(f"SHOW {name}")).scalar() not in ("", "0")


def test_a_process_opens_no_more_connections_than_it_may(database, observer, monkeypatch):
    together, done = threading.Barrier(5), threading.Event()

    def hold() -> None:
        with database.read():
            together.wait(NET_SECONDS)
            done.wait(NET_SECONDS)

    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            pool.submit(hold)
        together.wait(NET_SECONDS)
        monkeypatch.setattr(database._source._engine.pool, "_timeout", 0.01)
        with pytest.raises(StoreUnavailable, match="QueuePool"), database.read():
            pass
        done.set()

    with database.read() as connection:
        assert _number_of_rows(connection) == 0


def test_following_the_log_misses_no_row_that_is_numbered_but_not_committed(database, observer):
    log = SqlSignInLog(database)
    with ThreadPoolExecutor(1) as pool:
        with database.write() as connection:
            sign_in_log.append(connection, replace(RECORD, user="first"))
            log.append(replace(RECORD, user="second"))
            following = pool.submit(log.read, after_id=0)
            _until_somebody_waits(observer)
        read = following.result(NET_SECONDS)

    assert [entry.record.user for entry in read] == ["first", "second"]


def test_adding_a_user_twice_at_once_reports_the_taken_name_and_not_an_outage(database, observer):
    user = User("alice@example.test", "Alice", "", "EXAMPLE\\alice", (), False, NOON)
    store = SqlUserStore(database)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(store.add_users, [[Credentials(user, "hash")]] * 4))

    assert sorted(map(list, told)) == [[], *[["alice@example.test"]] * 3]


def test_a_server_that_is_not_there_is_reported_in_one_line():
    with pytest.raises(StoreUnavailable) as refused, Database("postgresql://127.0.0.1:1/x").read():
        pass

    assert "\n" not in str(refused.value)


def test_a_missing_driver_is_reported_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(TallystickError, match="tallystick\\[postgresql\\]") as refused:
        Database("postgresql://127.0.0.1/x")

    assert refused.value.code == "driver_missing"
