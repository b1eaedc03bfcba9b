"""Points in time in JSON: RFC 3339, UTC, cut off at the asked precision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from idp.instants import json_instant

AT = datetime(2026, 11, 24, 12, 0, 5, 987_654, UTC)


@pytest.mark.parametrize(
    ("precision", "text"),
    [("seconds", "2026-11-24T12:00:05Z"), ("milliseconds", "2026-11-24T12:00:05.987Z")],
)
def test_smaller_units_are_cut_off(precision, text):
    assert json_instant(AT, precision) == text


def test_an_instant_of_another_zone_is_written_in_utc():
    assert json_instant(AT.astimezone(timezone(timedelta(hours=5, minutes=30)))) == json_instant(AT)
