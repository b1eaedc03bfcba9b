"""Reading the sign-in log: page by page, one user or all, and on after a wait."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from types import SimpleNamespace

import pytest

from idp.audit.record import LogEntry, SignInRecord
from idp.audit.sign_in_log import ALL_ENTRIES, LogQuery
from idp.management import sign_in_log
from idp.management.sign_in_log import NotATimeError, read_since

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

    def read(self, query=ALL_ENTRIES, *, after_id=None, limit=100):
        found = [entry for entry in self.entries if query.user in (None, entry.record.user)]
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

    assert [entry.record.user for entry in sign_in_log.read(services(log), LogQuery(name))] == [
        "alice@example.test"
    ]


def test_a_user_who_is_not_in_the_directory_any_more_is_found_by_the_name_of_the_records():
    log = Log("gone@example.test")

    assert list(sign_in_log.read(services(log), LogQuery("gone@example.test"))) == log.entries


def test_following_the_log_returns_the_rows_added_during_each_wait():
    log = Log("alice@example.test")

    def wait() -> None:
        log.add("bob@example.test")

    followed = islice(sign_in_log.read(services(log), wait=wait), 3)
    assert [entry.id for entry in followed] == [1, 2, 3]


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_a_limit_keeps_the_newest_and_following_goes_on_after_them(limit):
    log = Log("first", "second", "third")

    def wait() -> None:
        log.add("later")

    assert [each.record.user for each in sign_in_log.read(services(log), limit=limit)] == [
        "first", "second", "third",
    ][-limit:]  # fmt: skip
    followed = islice(sign_in_log.read(services(log), limit=limit, wait=wait), min(limit, 3) + 2)
    assert [each.record.user for each in followed][-3:] == ["third", "later", "later"]


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("90m", datetime(2026, 11, 24, 10, 30, tzinfo=UTC)),
        ("24h", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        (" 7 D ", datetime(2026, 11, 17, 12, tzinfo=UTC)),
        ("2026-11-24", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026-11-24T08:00", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("2026-11-24T08:00+02:00", datetime(2026, 11, 24, 6, tzinfo=UTC)),
        ("2026-11-24 08:00:00Z", datetime(2026, 11, 24, 8, tzinfo=UTC)),
    ],
)
def test_a_time_is_a_span_or_an_instant_in_utc(text, since):
    assert read_since(text, AT) == since


@pytest.mark.parametrize("text", ["", "yesterday", "5", "-1h", "999999d", "9999999d", "\u0661h"])
def test_other_texts_are_no_time(text):
    with pytest.raises(NotATimeError):
        read_since(text, AT)
