from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Table, func, insert, select
from support.clock import NOON
from support.users import ALICE

from adapter.mfa.devices.activation import Activation
from adapter.mfa.push.challenge import Challenge
from idp.audit.record import SignInRecord
from idp.session.seal import Sealer
from idp.store.engine import Database
from idp.store.maintenance import (
    BATCH,
    GRACE,
    INTERVAL_SECONDS,
    Housekeeping,
    PurgedRows,
    Retention,
    purge,
)
from idp.store.mfa.stores import mfa_stores
from idp.store.mfa_schema import challenges
from idp.store.schema import sign_ins, used_once
from idp.store.sign_in_log import LogRetention, SqlSignInLog
from idp.store.used_once import SqlUsedOnce

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CHALLENGE = Challenge("c0", ALICE, "approve_deny", "n", b"", "Wiki", "", NOON)


@pytest.fixture
def mfa_store(database):
    return mfa_stores(database, Sealer(b"s" * 32).purpose("totp-seed"))


def test_old_rows_go_and_young_ones_stay(database, mfa_store):
    once = SqlUsedOnce(database)
    once.claim("code", "old", NOON)
    once.claim("code", "young", NOON + DAY)
    with mfa_store.push.transaction(ALICE) as transaction:
        transaction.add(CHALLENGE)
        transaction.add(replace(CHALLENGE, id="c1", created_at=NOON + HOUR))
    mfa_store.activations.add(Activation("a0", ALICE, "h", b"", False, NOON))
    mfa_store.activations.add(Activation("a1", ALICE, "h", b"", False, NOON + HOUR))

    assert purge(database, NOON + DAY + timedelta(minutes=1)) == PurgedRows(1, 1, 1)

    assert mfa_store.push.find("c0") is None
    assert mfa_store.push.find("c1") is not None
    assert [a.id for a in mfa_store.activations.live("h", NOON)] == ["a1"]
    assert once.is_used("code", "young")
    assert purge(database, NOON + DAY + timedelta(minutes=1)) == PurgedRows(0, 0, 0)


def test_a_used_key_outlives_a_clock_that_jumps_ahead_for_a_moment(database):
    once = SqlUsedOnce(database)
    once.claim("code", "step", NOON)

    purge(database, NOON + GRACE)

    assert once.is_used("code", "step")


def test_a_purge_that_is_stopped_ends_after_its_batch(database, mfa_store):
    with mfa_store.push.transaction(ALICE) as transaction:
        for number in range(5):
            transaction.add(replace(CHALLENGE, id=f"c{number}"))

    def has_begun() -> bool:
        return count(database, challenges) < 5

    assert purge(database, NOON + 2 * DAY, batch=3, is_stopped=has_begun).challenges == 3
    assert purge(database, NOON + 2 * DAY, batch=3).challenges == 2


class Time:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 50_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def monotonic():
    return Time()


@pytest.fixture
def pass_by(clock, monotonic):
    """Lets time pass on both clocks."""

    def pass_by(delta: timedelta) -> None:
        clock.time += delta
        monotonic.seconds += delta.total_seconds()

    return pass_by


@pytest.fixture
def housekeeping(database, clock, monotonic):
    keeping = Housekeeping(database, clock, monotonic=monotonic)
    yield keeping
    keeping.stop()


def tick(housekeeping: Housekeeping) -> None:
    housekeeping.tick()
    housekeeping.wait()


def test_housekeeping_purges_at_its_first_call_and_then_once_an_interval(
    database, housekeeping, clock, pass_by
):
    once = SqlUsedOnce(database)
    clock.advance(days=1)

    once.claim("code", "first", NOON)
    tick(housekeeping)
    once.claim("code", "second", NOON)
    tick(housekeeping)
    assert [once.is_used("code", key) for key in ("first", "second")] == [False, True]

    pass_by(timedelta(seconds=INTERVAL_SECONDS))
    tick(housekeeping)
    assert not once.is_used("code", "second")


def test_housekeeping_goes_on_until_nothing_is_due(database, housekeeping, clock):
    with database.write() as connection:
        rows = [{"kind": "x", "key": str(n), "expires_at": NOON} for n in range(3 * BATCH + 7)]
        connection.execute(insert(used_once), rows)
        connection.execute(insert(used_once), {"kind": "y", "key": "", "expires_at": NOON + DAY})
    clock.advance(hours=2)

    tick(housekeeping)

    assert count(database, used_once) == 1


def test_housekeeping_stops_between_two_batches(database, clock, monotonic):
    housekeeping = Housekeeping(database, clock, monotonic=monotonic)
    SqlUsedOnce(database).claim("code", "old", NOON)
    clock.advance(days=1)
    housekeeping.stop()

    tick(housekeeping)

    assert SqlUsedOnce(database).is_used("code", "old")


def test_a_clock_that_jumps_ahead_for_ten_hours_lets_nothing_be_purged(
    database, housekeeping, clock, pass_by
):
    once = SqlUsedOnce(database)
    tick(housekeeping)
    once.claim("session-ended", "s", NOON + timedelta(hours=8))
    for _ in range(5):
        clock.advance(hours=10)
        pass_by(timedelta(seconds=INTERVAL_SECONDS))
        tick(housekeeping)
        clock.advance(hours=-10)
        pass_by(timedelta(seconds=INTERVAL_SECONDS))
        tick(housekeeping)
        assert once.is_used("session-ended", "s")

    pass_by(timedelta(hours=9))
    tick(housekeeping)
    assert not once.is_used("session-ended", "s")


def test_a_server_that_starts_while_the_clock_is_ahead_purges_by_its_log(
    database, clock, monotonic, pass_by
):
    """The newest entry of the sign-in log says what time it was before."""
    SqlSignInLog(database).append(SignInRecord(NOON, 1200, "a"))
    once = SqlUsedOnce(database)
    once.claim("session-ended", "s", NOON + timedelta(hours=8))
    clock.advance(hours=10)
    housekeeping = Housekeeping(database, clock, monotonic=monotonic)

    tick(housekeeping)
    assert once.is_used("session-ended", "s")

    pass_by(timedelta(hours=9, minutes=1))
    tick(housekeeping)
    assert not once.is_used("session-ended", "s")


def test_two_nodes_purge_the_same_rows_at_once(open_database, clock):
    """Neither waits for the other, and neither fails."""
    nodes = [open_database(), open_database()]
    with nodes[0].write() as connection:
        rows = [{"kind": "x", "key": str(n), "expires_at": NOON} for n in range(5 * BATCH)]
        connection.execute(insert(used_once), rows)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda node: purge(node, NOON + DAY), nodes * 2))
    purge(nodes[0], NOON + DAY)

    assert count(nodes[0], used_once) == 0


def test_at_ten_times_the_rate_of_strangers_as_many_rows_go_as_come(
    database, clock, monotonic, pass_by
):
    """195 rows a second were measured; four seconds of that stand for each interval here."""
    interval, second = timedelta(seconds=INTERVAL_SECONDS), timedelta(seconds=1)
    coming = 10 * 195 * 4
    assert coming > 5 * BATCH
    keeping = Housekeeping(database, clock, Retention(LogRetention(entries=coming)), monotonic)
    tick(keeping)
    sizes = []
    for _ in range(4):
        add_used(database, coming, expires_at=clock.now() - GRACE + 2 * interval - second)
        add_entries(database, coming, clock.now())
        pass_by(interval)
        tick(keeping)
        sizes.append((count(database, used_once), count(database, sign_ins)))

    assert sizes[1:] == [(coming, coming)] * 3


def add_used(database: Database, number: int, *, expires_at: datetime) -> None:
    rows = [{"kind": "x", "key": uuid4().hex, "expires_at": expires_at} for _ in range(number)]
    with database.write(durable=False) as connection:
        connection.execute(insert(used_once), rows)


def add_entries(database: Database, number: int, at: datetime = NOON) -> None:
    row = asdict(SignInRecord(at, 1201, "a", outcome="refused"))
    with database.write(durable=False) as connection:
        connection.execute(insert(sign_ins), [row] * number)


def count(database: Database, table: Table) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_the_log_keeps_its_newest_entries(database):
    add_entries(database, 25)

    assert purge(database, NOON, keep=Retention(sign_ins=LogRetention(entries=10))).sign_ins == 15
    assert [entry.id for entry in SqlSignInLog(database).read()] == list(range(16, 26))
    assert purge(database, NOON, keep=Retention(sign_ins=LogRetention(entries=10))).sign_ins == 0
    assert purge(database, NOON, keep=Retention(sign_ins=LogRetention(entries=0))).sign_ins == 9


def test_the_log_keeps_entries_up_to_their_age(database):
    for days in range(5):
        add_entries(database, 2, NOON + days * DAY)

    now = NOON + 4 * DAY
    assert purge(database, now, keep=Retention(sign_ins=LogRetention(age=2 * DAY))).sign_ins == 4
    assert SqlSignInLog(database).read()[0].record.at == NOON + 2 * DAY
    keep = Retention(sign_ins=LogRetention(age=DAY))
    assert purge(database, now, keep, batch=1).sign_ins == 2


def test_the_newest_entry_stays_so_that_numbers_are_never_given_again(database):
    add_entries(database, 3)

    purge(database, NOON + 1000 * DAY, keep=Retention(sign_ins=LogRetention(age=DAY, entries=1)))
    add_entries(database, 1)

    assert [entry.id for entry in SqlSignInLog(database).read()] == [3, 4]


def test_without_a_retention_the_log_is_kept(database):
    add_entries(database, 3)

    assert purge(database, NOON + 1000 * DAY).sign_ins == 0
    assert purge(database, NOON, keep=Retention(sign_ins=LogRetention(DAY, 1000))).sign_ins == 0


def test_housekeeping_leaves_a_database_that_is_away_in_peace_and_comes_back(
    database, database_file, housekeeping, clock
):
    once = SqlUsedOnce(database)
    once.claim("code", "old", NOON)
    clock.advance(days=1)
    away = database_file.rename(database_file.with_suffix(".away"))
    tick(housekeeping)

    away.rename(database_file)
    tick(housekeeping)

    assert not once.is_used("code", "old")
