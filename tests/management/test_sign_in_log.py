"""Reading the sign-in log: page by page, one user or all, and on after a wait."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from types import SimpleNamespace

import pytest

from idp.audit.record import LogEntry, SignInRecord
from idp.management import sign_in_log

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Log:
    """A log in memory, with the query of the real one."""

    def __init__(self, *users: str) -> None:
        self.entries: list[LogEntry] = []
        for user in users:
            self.add(user)

    def add(self, user: str) -> None:
        record = SignInRecord(AT, 1200, "activity", user=user)
        self.entries.append(LogEntry(len(self.entries) + 1, record))

    def read(self, user=None, after_id=None, limit=100):
        found = [entry for entry in self.entries if user in (None, entry.record.user)]
        if after_id is None:
            return found[-limit:]
        return [entry for entry in found if entry.id > after_id][:limit]


class Directory:
    """Knows alice by two names."""

    def find(self, name: str) -> SimpleNamespace | None:
        is_alice = name.lower() in ("alice@example.test", "example\\alice")
        return SimpleNamespace(upn="alice@example.test") if is_alice else None


def services(log: Log) -> SimpleNamespace:
    return SimpleNamespace(log=log, directory=Directory())


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 6, 7])
def test_every_entry_comes_once_and_in_order_however_many_pages_there_are(count, monkeypatch):
    monkeypatch.setattr(sign_in_log, "PAGE_SIZE", 3)
    log = Log(*["alice@example.test"] * count)

    assert list(sign_in_log.read(services(log))) == log.entries


@pytest.mark.parametrize("name", ["alice@example.test", "ALICE@EXAMPLE.TEST", "EXAMPLE\\alice"])
def test_a_user_is_found_by_any_form_of_the_name(name):
    log = Log("alice@example.test", "bob@example.test")

    assert [entry.record.user for entry in sign_in_log.read(services(log), name)] == [
        "alice@example.test"
    ]


def test_a_user_who_is_not_in_the_directory_any_more_is_found_by_the_name_of_the_records():
    log = Log("gone@example.test")

    assert list(sign_in_log.read(services(log), "gone@example.test")) == log.entries


def test_following_the_log_returns_the_rows_added_during_each_wait():
    log = Log("alice@example.test")

    def wait() -> None:
        log.add("bob@example.test")

    followed = islice(sign_in_log.read(services(log), wait=wait), 3)
    assert [entry.id for entry in followed] == [1, 2, 3]


def test_the_latest_records_come_newest_first_and_are_limited(monkeypatch):
    monkeypatch.setattr(sign_in_log, "LATEST", 2)
    log = Log("first", "second", "third")

    assert [record.user for record in sign_in_log.latest(services(log))] == ["third", "second"]
