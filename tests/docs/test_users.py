"""docs/users.md: its file is imported, its commands work in turn, its tables are right."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from click.testing import CliRunner

from idp import cli
from idp.directory import attributes

PAGE = (Path(__file__).parents[2] / "docs" / "users.md").read_text()
FILE = re.search(r"```csv\n(.*?)```", PAGE, re.DOTALL)[1]
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]


def test_the_file_and_the_commands_of_the_page_work(services, farm_folder, monkeypatch):
    monkeypatch.chdir(farm_folder)
    services.directory.import_csv(FILE)
    ada = services.directory.find("ada@example.test")
    assert ada.attributes["telephoneNumber"] == ("+1 202 555 0101", "+1 202 555 0102")

    for command in COMMANDS:
        result = CliRunner().invoke(cli.main, shlex.split(command)[1:])
        assert result.exit_code == 0, (command, result.output)

    (renamed,) = services.directory.list()
    assert (renamed.upn, renamed.email) == ("ada.archer@example.test", "ada@mail.test")
    assert renamed.groups == ("Staff", "Quality")
    assert renamed.attributes["telephoneNumber"] == ("5550101", "5550102")


def test_what_cannot_be_set_and_the_limits_are_those_of_the_code():
    table = PAGE.split("| attribute | what it is |")[1].split("\n\n")[0]
    rows = [row for row in table.splitlines() if "cannot be set" in row]
    refused = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]

    assert sorted(refused) == sorted(attributes.DERIVED)
    assert all(f"`{name}`" in table for name in attributes.FIELDS)
    assert f"up to {attributes.MAX_VALUES} values of {attributes.MAX_VALUE_LENGTH} char" in PAGE
    assert f"at most {attributes.MAX_ATTRIBUTES} attributes" in PAGE
    assert f"{attributes.MAX_TOTAL_LENGTH:,} characters" in PAGE
