"""docs/log.md names every event that is written, at its level."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from idp.events import VERBOSE, Event

PAGE = (Path(__file__).parents[2] / "docs" / "log.md").read_text()
ROWS = dict(re.findall(r"^\| (\d+) \| \w+ \| (\w+) \|", PAGE, re.MULTILINE))


@pytest.mark.parametrize("event", Event)
def test_every_event_has_a_row_at_its_level(event):
    assert ROWS[str(int(event))] == ("verbose" if event in VERBOSE else "basic")


def test_no_row_is_of_an_event_that_is_not_written():
    assert {int(number) for number in ROWS} == set(Event)
