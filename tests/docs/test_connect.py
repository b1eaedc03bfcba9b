"""docs/connect.md: its commands work, and its table has every kind of application."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from click.testing import CliRunner

from idp import cli
from idp.management.connect.applications import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "connect.md").read_text()


def test_the_commands_of_the_page_work(farm_folder, monkeypatch):
    monkeypatch.chdir(farm_folder)
    commands = re.findall(r"^\$ tallystick (.*)$", PAGE, re.MULTILINE)

    for command in commands:
        result = CliRunner().invoke(cli.main, shlex.split(command))
        assert result.exit_code == 0, (command, result.output)
    assert len(commands) == 4


def test_the_table_has_every_kind_and_where_it_belongs():
    rows = dict(re.findall(r"^\| `([\w-]+)` \| [^|]+ \| ([^|]+) \|", PAGE, re.MULTILINE))

    assert set(rows) == set(KINDS)
    for name, place in rows.items():
        if name != "aws":
            assert place.replace("`", "") == KINDS[name].file
