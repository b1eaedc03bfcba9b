"""docs/log-out.md has every outcome, and its times, numbers and commands are right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from idp.cli import main
from idp.session.participants import Outcome
from idp.signin.logout.steps import ANSWER_WITHIN, IS_WHOLE
from idp.signin.outcomes import LONGER_THAN_SESSION
from idp.store.participants import MAX_ASSERTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "log-out.md").read_text()
ROWS = dict(re.findall(r"^\| .+ \| `(\w+)` \| (complete|partial) \|$", PAGE, re.MULTILINE))


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_row_that_says_what_it_makes_of_the_log_out(outcome):
    assert ROWS[outcome] == ("complete" if outcome in IS_WHOLE else "partial")


def test_the_times_and_numbers_are_those_that_hold():
    assert f"after {ANSWER_WITHIN.seconds} seconds" in PAGE
    assert (MAX_ASSERTIONS, LONGER_THAN_SESSION.days) == (16, 1)
    assert "a day longer" in PAGE
    assert "the newest sixteen assertions" in PAGE


@pytest.mark.parametrize("command", re.findall(r"^\$ tallystick (.+)$", PAGE, re.MULTILINE))
def test_every_command_on_the_page_exists(command):
    assert CliRunner().invoke(main, [*command.split()[:2], "--help"]).exit_code == 0
