"""Old rows are found without an index: by going through the table, while others can write.

What SQLite does is counted in steps of its machine, and no time is measured.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from support.clock import NOON

from idp.store import sqlite
from idp.store.engine import Database
from idp.store.schema import session_participants, used_once
from idp.store.sweep import sweep

YOUNG, OLD = NOON + timedelta(hours=1), NOON - timedelta(hours=1)
IS_OLD = used_once.c.expires_at < NOON
FEW = 10


def fill(database: Database, kind: str, number: int, expires_at=OLD) -> None:
    rows = [{"kind": kind, "key": f"{n:05}", "expires_at": expires_at} for n in range(number)]
    with database.write() as connection:
        connection.execute(insert(used_once), rows)


def kinds(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(select(used_once.c.kind)))


def test_old_rows_among_young_ones_go_in_batches_and_the_young_ones_stay(database):
    for kind in ("a", "c", "e"):
        fill(database, kind, 25)
        fill(database, kind + "!", 3, YOUNG)

    assert list(sweep(database, used_once, IS_OLD, FEW)) == [FEW] * 7 + [5]
    assert sorted(kinds(database)) == ["a!"] * 3 + ["c!"] * 3 + ["e!"] * 3
    assert list(sweep(database, used_once, IS_OLD, FEW)) == []


def test_more_old_rows_than_are_looked_for_at_a_time_go_as_well(database, monkeypatch):
    monkeypatch.setattr("idp.store.sweep.MAX_FOUND", 4)
    for kind in "abcdefgh":
        fill(database, kind, 2, OLD if kind in "aceg" else YOUNG)

    assert list(sweep(database, used_once, IS_OLD, 3)) == [3, 1, 3, 1]
    assert sorted(kinds(database)) == [*"bbddffhh"]


def test_a_table_with_numbered_rows_is_swept_in_the_same_way(database):
    texts = dict.fromkeys(("session", "user", "trust", "session_index"), "x")
    rows = [{**texts, "expires_at": YOUNG if n % 3 else OLD} for n in range(60)]
    with database.write() as connection:
        connection.execute(insert(session_participants), rows)

    is_old = session_participants.c.expires_at < NOON
    assert list(sweep(database, session_participants, is_old, FEW)) == [FEW, FEW]


@pytest.fixture
def transactions(monkeypatch):
    """One entry for each transaction that any thread begins on SQLite."""
    begun = []
    begin = sqlite._Driver.begin

    def record(driver, synchronous):
        begun.append(synchronous)
        begin(driver, synchronous)

    monkeypatch.setattr(sqlite._Driver, "begin", record)
    return begun


def test_looking_for_old_rows_locks_nobody_out(database_file, transactions):
    database = Database(f"sqlite:///{database_file}")
    fill(database, "a", 2_000, YOUNG)
    transactions.clear()

    assert list(sweep(database, used_once, IS_OLD, FEW)) == []

    assert transactions == []
    database.dispose()


def test_no_row_is_looked_at_again_for_the_next_batch(database_file, monkeypatch):
    monkeypatch.setattr("idp.store.sweep.MAX_FOUND", FEW)
    database = Database(f"sqlite:///{database_file}")
    fill(database, "a", 5_000, YOUNG)
    once = steps(database, lambda: list(sweep(database, used_once, IS_OLD, FEW)))
    fill(database, "z", 5 * FEW)

    assert steps(database, lambda: list(sweep(database, used_once, IS_OLD, FEW))) < 2 * once
    database.dispose()


def steps(database: Database, work) -> int:
    """Return how often SQLite took a hundred steps meanwhile."""
    taken = []
    with database.read() as connection:
        driver = connection.connection.driver_connection
    driver.set_progress_handler(lambda: taken.append(1), 100)
    work()
    driver.set_progress_handler(None, 100)
    return len(taken)


def test_a_row_that_was_renewed_after_it_was_found_stays(database):
    fill(database, "a", 1)
    renewing = Renewing(database)

    assert list(sweep(renewing, used_once, IS_OLD, FEW)) == [0]
    assert kinds(database) == ["a"]


class Renewing:
    """A database in which somebody renews all keys before the next one writes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.read = database.read

    def write(self, **options):
        with self._database.write() as connection:
            connection.execute(used_once.update().values(expires_at=YOUNG))
        return self._database.write(**options)


def test_two_nodes_that_sweep_at_once_delete_each_row_once(open_database):
    nodes = [open_database(), open_database()]
    fill(nodes[0], "a", 400)
    fill(nodes[0], "b", 400, YOUNG)

    with ThreadPoolExecutor(4) as threads:
        found = threads.map(lambda node: sum(sweep(node, used_once, IS_OLD, 20)), nodes * 2)

    assert sum(found) == 400
    assert set(kinds(nodes[0])) == {"b"}
