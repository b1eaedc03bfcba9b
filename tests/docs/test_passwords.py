"""docs/passwords.md has every setting, with its default."""

from __future__ import annotations

import getpass
import json
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from idp import cli
from idp.audit.writer import LOCKOUT_EVENTS
from idp.config import schema
from idp.directory.lockout import LockoutMode

PAGE = (Path(__file__).parents[2] / "docs" / "passwords.md").read_text()
COMMANDS = [line[2:] for line in PAGE.splitlines() if line.startswith("$ tallystick ")]


SESSIONS = {
    name: field
    for name, field in schema.SignInSection.model_fields.items()
    if any(word in name for word in ("session", "keep", "loop"))
}


@pytest.mark.parametrize("fields", [schema.LockoutSection.model_fields, SESSIONS])
def test_every_setting_has_a_row_with_its_default(fields):
    for name, field in fields.items():
        default = "none" if field.default is None else f"`{json.dumps(field.default)}`"
        assert f"\n| `{name}` | {default} | " in PAGE


def test_every_mode_and_event_has_a_row():
    assert all(f"\n| `{mode}` | " in PAGE for mode in LockoutMode)
    for numbers in LOCKOUT_EVENTS.values():
        assert f"\n| {', '.join(map(str, numbers))} | " in PAGE


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_page_work(command, services, farm_folder, monkeypatch):
    monkeypatch.chdir(farm_folder)
    services.directory.add("alice@example.test", "password")
    _, *args = shlex.split(command)
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: "password")
    result = CliRunner().invoke(cli.main, args)
    assert result.exit_code == 0, result.output
