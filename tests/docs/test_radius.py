"""docs/radius.md has a row for each outcome of a RADIUS request, with its codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from idp.config.radius import RadiusSection
from idp.radius.event_texts import Channel
from idp.radius.outcomes import ACCEPTED, REJECTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "radius.md").read_text()
ROWS = {
    outcome: (reason_code, response)
    for outcome, reason_code, response in re.findall(
        r"^\| `(\w+)` \| ([\d–]+) \| ([\w–]+) \| .+ \|$", PAGE, re.MULTILINE
    )
}


def test_every_outcome_has_a_row_and_no_row_is_of_another():
    assert list(ROWS) == [*ACCEPTED, *REJECTIONS]


@pytest.mark.parametrize("outcome", REJECTIONS)
def test_a_row_has_the_codes_that_the_events_have(outcome):
    rejection = REJECTIONS[outcome]

    assert ROWS[outcome] == (str(rejection.reason_code), rejection.response or "–")


@pytest.mark.parametrize("setting", RadiusSection.model_fields)
def test_every_setting_has_a_row(setting):
    assert f"\n| `{setting}` | " in PAGE


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_has_a_row(channel):
    assert f"\n| `{channel}.log` | " in PAGE
