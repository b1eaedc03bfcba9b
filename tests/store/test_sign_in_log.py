from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.clock import NOON

from idp.audit.record import LogEntry, SignInRecord
from idp.audit.sign_in_log import LogQuery
from idp.store.sign_in_log import MAX_FIELD_LENGTH, SqlSignInLog
from idp.store.sign_ins import SqlSignInStore

RECORD = SignInRecord(
    at=NOON,
    event_id=1200,
    activity_id="activity",
    user="alice@example.test",
    trust="https://wiki.example.test",
    node="sts1",
    experience="number_match",
    reason="kb_installed",
    outcome="issued",
    client_ip="192.0.2.1",
    detail="detail",
)


def _write(log: SqlSignInLog, *users: str) -> None:
    for user in users:
        log.append(replace(RECORD, user=user))


def _users(entries: tuple[LogEntry, ...]) -> list[str]:
    return [entry.record.user for entry in entries]


def test_a_record_comes_back_as_it_was_written(database):
    log = SqlSignInLog(database)
    log.append(RECORD)
    SqlSignInStore(database).record(replace(RECORD, event_id=1202))

    assert [entry.record for entry in log.read()] == [RECORD, replace(RECORD, event_id=1202)]


def test_the_newest_rows_are_read_oldest_first_if_no_start_is_given(database):
    log = SqlSignInLog(database)
    _write(log, "a", "b", "c")

    assert _users(log.read(limit=2)) == ["b", "c"]


def test_following_returns_all_rows_after_the_given_one(database):
    log = SqlSignInLog(database)
    assert log.read(after_id=0) == ()
    _write(log, "a", "b", "c")

    first = log.read(after_id=0, limit=2)

    assert _users(first) == ["a", "b"]
    assert _users(log.read(after_id=first[-1].id)) == ["c"]


def test_one_users_sign_ins_can_be_read_alone(database):
    log = SqlSignInLog(database)
    _write(log, "a", "b", "a")

    assert _users(log.read(LogQuery(user="a"))) == ["a", "a"]
    assert _users(log.read(LogQuery(user="a"), after_id=1)) == ["a"]


def test_entries_are_chosen_by_activity_time_and_outcome(database):
    log = SqlSignInLog(database)
    _write(log, "a")
    log.append(replace(RECORD, user="b", activity_id="other"))
    log.append(replace(RECORD, user="c", outcome="MSIS3200", at=NOON + timedelta(hours=1)))

    assert _users(log.read(LogQuery(activity_id="other"))) == ["b"]
    assert _users(log.read(LogQuery(outcome="MSIS3200"))) == ["c"]
    assert _users(log.read(LogQuery(since=NOON))) == ["a", "b", "c"]
    assert _users(log.read(LogQuery(since=NOON + timedelta(seconds=1)))) == ["c"]
    assert _users(log.read(LogQuery(user="a", outcome="MSIS3200"))) == []
    assert _users(log.read(LogQuery(activity_id="activity"), after_id=0)) == ["a", "c"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_hostile_text_stays_inside_its_field(database, text):
    log = SqlSignInLog(database)
    log.append(replace(RECORD, user=text, detail=text))

    line = log.read()[-1].as_line()

    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["node"] == "sts1"
    assert json.loads(line)["at"] == "2024-05-01T12:00:00+00:00"


def test_a_character_that_no_database_can_hold_is_spelt_out(database):
    log = SqlSignInLog(database)
    log.append(replace(RECORD, user="a\0b\ud800c"))

    assert log.read()[0].record.user == "a\\0b\\ud800c"


def test_line_breaks_and_letters_are_kept_as_they_are(database):
    log = SqlSignInLog(database)
    log.append(replace(RECORD, user="a\r\nb\x1b[31m jürgen"))

    assert log.read()[0].record.user == "a\r\nb\x1b[31m jürgen"


def test_a_client_cannot_fill_the_disk_with_one_field(database):
    log = SqlSignInLog(database)
    log.append(replace(RECORD, trust="x" * 1_000_000))

    assert log.read()[0].record.trust == "x" * MAX_FIELD_LENGTH


def test_no_name_is_too_long_for_the_index(database):
    """PostgreSQL's take a third of a page; it compresses, but not what is random."""
    digests = (hashlib.sha512(bytes([turn])).digest() for turn in range(64))
    name = "".join(chr(0x20000 + byte) for digest in digests for byte in digest)
    log = SqlSignInLog(database)
    log.append(replace(RECORD, user=name))

    kept = log.read()[0].record.user

    assert name.startswith(kept)
    assert len(kept.encode()) == MAX_FIELD_LENGTH
