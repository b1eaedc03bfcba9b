"""docs/tokens.md: its commands work one after another, with its file."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner
from support.users import ALICE, PASSWORD

from idp import cli

PAGE = (Path(__file__).parents[2] / "docs" / "tokens.md").read_text()
FILE = re.search(r"```csv\n(.*?)```", PAGE, re.DOTALL)[1]
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]


@pytest.fixture
def secret(farm_folder, services, monkeypatch) -> str:
    """The secret key of the file, in the folder of a server with its user."""
    services.directory.add(ALICE, PASSWORD)
    monkeypatch.chdir(farm_folder)
    (farm_folder / "tokens.csv").write_text(FILE)
    return FILE.splitlines()[1].split(",")[2]


def test_the_commands_of_the_page_work_one_after_another(secret, services, monkeypatch):
    import_, list_, activate, add, rename, remove = map(shlex.split, COMMANDS)
    activate[-1] = pyotp.TOTP(secret, interval=60).at(services.clock.now())

    def run(command: list[str], **options: object):
        result = CliRunner().invoke(cli.main, command[1:], **options)
        return result.exit_code, result.output

    assert run(import_) == (0, "1 token registered.\n")
    assert "GALT11420104" in run(list_)[1]
    assert run(activate)[0] == 0
    assert "otpauth://" in run(add, input="wrong\n")[1]
    services.mfa.codes.register(ALICE, secret)
    assert [run(command)[0] for command in (rename, remove)] == [0, 0]
