from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from support.clock import NOON
from support.users import ALICE

from adapter.mfa.devices.activation import Activation
from adapter.mfa.push.challenge import Challenge
from idp.session.seal import Sealer
from idp.store import maintenance
from idp.store.maintenance import GRACE, Housekeeping, PurgedRows, purge
from idp.store.mfa import mfa_stores
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


def test_one_call_deletes_no_more_rows_than_allowed(database, mfa_store):
    with mfa_store.push.transaction(ALICE) as transaction:
        for number in range(5):
            transaction.add(replace(CHALLENGE, id=f"c{number}"))

    assert purge(database, NOON + 2 * DAY, limit=3).challenges == 3
    assert purge(database, NOON + 2 * DAY, limit=3).challenges == 2


def test_housekeeping_purges_at_its_first_call_and_then_once_an_interval(
    database, clock, monkeypatch
):
    housekeeping, once = Housekeeping(database, clock), SqlUsedOnce(database)
    clock.advance(days=1)

    once.claim("code", "first", NOON)
    housekeeping.tick()
    once.claim("code", "second", NOON)
    housekeeping.tick()
    assert [once.is_used("code", key) for key in ("first", "second")] == [False, True]

    monkeypatch.setattr(maintenance.time, "monotonic", lambda: 1e9)
    housekeeping.tick()
    assert not once.is_used("code", "second")


def test_housekeeping_leaves_a_database_that_is_away_in_peace_and_comes_back(
    database, database_file, clock
):
    housekeeping, once = Housekeeping(database, clock), SqlUsedOnce(database)
    once.claim("code", "old", NOON)
    clock.advance(days=1)
    away = database_file.rename(database_file.with_suffix(".away"))
    housekeeping.tick()

    away.rename(database_file)
    housekeeping.tick()

    assert not once.is_used("code", "old")
