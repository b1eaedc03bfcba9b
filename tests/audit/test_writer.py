"""Rows of the sign-in log: written without a web request, by any host."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from support.clock import SetClock

from adapter.contract import Explanation
from adapter.errors import Unavailable
from idp import logs
from idp.audit.record import SignInRecord
from idp.audit.refusal_quota import CLIENT_BURST
from idp.audit.verbose import VerboseAudit
from idp.audit.writer import AuditWriter, EventSource
from idp.counters import NO_COUNTERS
from idp.directory import LockoutEvent, PasswordCheck
from idp.events import Event

SOURCE = EventSource(activity_id="activity", client_ip="192.0.2.7", node="srv2022")
SP = "https://sp.example.test"


@dataclass
class Rows:
    """A log in memory; each element is one transaction."""

    written: list[tuple[SignInRecord, ...]] = field(default_factory=list)

    def record(self, *log: SignInRecord) -> None:
        self.written.append(log)


@pytest.fixture
def rows():
    return Rows()


@pytest.fixture
def stream():
    stream = io.StringIO()
    logs.configure(stream=stream)
    yield stream
    logs.configure()


@pytest.fixture
def writer(rows, stream):
    return AuditWriter(rows, SetClock(), VerboseAudit(is_on=False), NO_COUNTERS)


def lines(stream) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_row_says_when_where_and_from_where(writer, rows):
    why = Explanation("number_match", "kb_installed")
    row = writer.row(
        Event.TOKEN_ISSUED, SOURCE, user="u", trust=SP, outcome="issued", why=why, detail="d"
    )

    assert row == SignInRecord(
        at=SetClock().now(),
        event_id=1200,
        activity_id="activity",
        user="u",
        trust=SP,
        node="srv2022",
        experience="number_match",
        reason="kb_installed",
        outcome="issued",
        client_ip="192.0.2.7",
        detail="d",
    )
    assert rows.written == []


def test_a_record_is_a_row_and_a_line_with_the_same_fields(writer, rows, stream):
    row = writer.row(Event.TOKEN_NOT_ISSUED, SOURCE, user="u", outcome="MSIS5007")
    writer.write(row)

    assert rows.written == [(row,)]
    (line,) = lines(stream)
    assert line["event"] == "sign_in"
    for name in ("event_id", "activity_id", "user", "node", "outcome", "client_ip"):
        assert line[name] == getattr(row, name)


def test_each_row_is_counted_once_by_its_event_outcome_and_experience(rows, stream):
    counted = []

    class Counting:
        def sign_in(self, event_id, outcome, experience):
            counted.append((event_id, outcome, experience))

    writer = AuditWriter(rows, SetClock(), VerboseAudit(is_on=False), Counting())
    why = Explanation("number_match", "kb_installed")
    writer.write(writer.row(Event.TOKEN_NOT_ISSUED, SOURCE, outcome="denied", why=why))
    writer.write_line(writer.row(Event.TOKEN_ISSUED, SOURCE, outcome="issued"))

    assert counted == [(1201, "denied", "number_match"), (1200, "issued", "")]


def test_the_line_of_a_row_that_is_stored_elsewhere_stores_nothing(writer, rows, stream):
    writer.write_line(writer.row(Event.SIGNED_OUT, SOURCE))
    assert rows.written == []
    assert [line["event_id"] for line in lines(stream)] == [1206]


@pytest.mark.parametrize(
    ("failure", "lockout", "events"),
    [
        ("wrong_password", None, [(1203, "wrong_password")]),
        (
            "wrong_password",
            LockoutEvent.LOCKED_OUT,
            [
                (1203, "wrong_password"),
                (1210, LockoutEvent.LOCKED_OUT),
                (516, LockoutEvent.LOCKED_OUT),
            ],
        ),
        ("locked", LockoutEvent.RIGHT_WHILE_LOCKED, [(515, LockoutEvent.RIGHT_WHILE_LOCKED)]),
    ],
)
def test_a_password_is_one_transaction_of_rows(failure, lockout, events, writer, rows):
    check = PasswordCheck(None, failure, "who@example.test", lockout)
    writer.password_checked(check, SOURCE, trust=SP)

    (written,) = rows.written
    assert [(row.event_id, row.outcome) for row in written] == events
    assert {(row.user, row.trust, row.node) for row in written} == {
        ("who@example.test", SP, "srv2022")
    }


def test_a_changed_password_belongs_to_no_trust(writer, rows):
    writer.password_changed(PasswordCheck(None, "wrong_password", "who@example.test"), SOURCE)
    ((row,),) = rows.written
    assert (row.event_id, row.trust, row.outcome) == (1205, "", "wrong_password")


def test_only_the_verbose_level_adds_the_address_of_a_wrong_password(rows, stream):
    check = PasswordCheck(None, "wrong_password", "who@example.test")
    for is_on in (False, True):
        writer = AuditWriter(rows, SetClock(), VerboseAudit(is_on=is_on), NO_COUNTERS)
        writer.password_checked(check, SOURCE, trust=SP)

    (refused,) = [line for line in lines(stream) if line["event_id"] == 411]
    assert (refused["client_ip"], refused["activity_id"]) == ("192.0.2.7", "activity")


class Full:
    """A quota that is used up; *counted* refusals are due to be reported."""

    counted = 0

    def admits(self, client: str) -> bool:
        return False

    def take_counted(self) -> int:
        counted, self.counted = self.counted, 0
        return counted


@pytest.fixture
def quota():
    return Full()


@pytest.fixture
def full_writer(rows, stream, quota):
    return AuditWriter(rows, SetClock(), VerboseAudit(is_on=False), NO_COUNTERS, quota)


@pytest.mark.parametrize(
    ("failure", "lockout"),
    [
        ("unknown_user", None),
        ("wrong_password", None),
        ("locked", None),
        ("password_refused", None),
        ("locked", LockoutEvent.RIGHT_WHILE_LOCKED),
        ("wrong_password", LockoutEvent.ALLOWED),
    ],
)
def test_beyond_the_rate_refused_passwords_have_a_line_and_no_row(
    failure, lockout, full_writer, rows, stream
):
    """One and the same for all: else the time of the answer would tell them apart."""
    check = PasswordCheck(None, failure, "who@example.test", lockout)
    full_writer.password_checked(check, SOURCE, trust=SP)
    full_writer.password_changed(check, SOURCE)

    assert rows.written == []
    assert {line["event"] for line in lines(stream)} == {"sign_in"}


def test_what_was_proved_and_what_locks_an_account_always_has_a_row(full_writer, rows):
    user = SimpleNamespace(upn="u@example.test")  # only the name is read
    full_writer.password_checked(PasswordCheck(user, None, "u"), SOURCE, trust=SP)
    locked = PasswordCheck(None, "wrong_password", "u", LockoutEvent.LOCKED_OUT)
    full_writer.password_checked(locked, SOURCE, trust=SP)
    full_writer.write(full_writer.row(Event.TOKEN_NOT_ISSUED, SOURCE, user="u", outcome="x"))

    assert [row.event_id for each in rows.written for row in each] == [1202, 1203, 1210, 516, 1201]


def test_the_refusals_that_were_only_counted_are_reported_in_a_row(full_writer, rows, quota):
    quota.counted = 1234
    full_writer.write_refusals(full_writer.row(Event.CREDENTIALS_NOT_VALID, SOURCE, user="u"))
    full_writer.write_refusals(full_writer.row(Event.CREDENTIALS_NOT_VALID, SOURCE, user="u"))

    ((report,),) = rows.written
    assert (report.event_id, report.outcome) == (1201, "refusals_counted")
    assert report.detail == "1234 refusals have no entry of their own"
    assert (report.user, report.client_ip, report.node) == ("", "", "srv2022")


def test_a_refused_request_is_a_row_without_a_log_line(writer, rows, stream):
    writer.refused(Event.REQUEST_FAILED, SOURCE, trust=SP, code="MSIS3200", problem="why")

    ((row,),) = rows.written
    assert (row.event_id, row.trust, row.outcome, row.detail) == (364, SP, "MSIS3200", "why")
    assert lines(stream) == []


def test_the_addresses_of_one_client_share_its_rate(writer, rows):
    """Whoever has one IPv6 address has all of its /64."""
    for number in range(CLIENT_BURST + 50):
        source = EventSource("activity", f"2001:db8::{number:x}", "srv2022")
        writer.refused(Event.REQUEST_FAILED, source, trust=SP, code="MSIS3200", problem="why")
    other = EventSource("activity", "2001:db8:0:1::1", "srv2022")
    writer.refused(Event.REQUEST_FAILED, other, trust=SP, code="MSIS3200", problem="other")

    details = [row.detail for each in rows.written for row in each]
    assert details == ["why"] * CLIENT_BURST + ["other"]


def test_while_the_database_is_away_a_refusal_is_not_stored_and_nothing_fails(stream):
    class Away:
        def record(self, *_log):
            raise Unavailable("The disk is full", code="store_unavailable")

    writer = AuditWriter(Away(), SetClock(), VerboseAudit(is_on=False), NO_COUNTERS)
    writer.refused(Event.REQUEST_FAILED, SOURCE, trust=SP, code="MSIS3200", problem="why")

    assert lines(stream)[0]["event"] == "refusal_not_stored"
