"""A row of the log as it is printed: one line, whatever is in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from idp.audit.record import LogEntry, SignInRecord

AT = datetime(2024, 5, 1, 12, 30, tzinfo=UTC)


def test_a_row_is_printed_with_all_its_fields():
    record = SignInRecord(AT, 1200, "activity", user="u", trust="t", node="n", outcome="issued")
    told = LogEntry(7, record).as_json()
    assert told["id"] == 7
    assert told["at"] == "2024-05-01T12:30:00+00:00"
    assert (told["event_id"], told["user"], told["outcome"]) == (1200, "u", "issued")


@given(hostile=st.text())
def test_any_text_stays_in_its_field_on_one_line_of_ascii(hostile):
    line = LogEntry(1, SignInRecord(AT, 1203, "activity", user=hostile)).as_line()

    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["user"] == hostile
