"""docs/policies.md: its commands work, and its tables name every setting and every value."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapter.mfa.permissions import NOT_ALLOWED
from adapter.mfa.policy import PERMISSION_REASONS, Policies
from adapter.mfa.policy_reset import RESET_REASONS
from idp import cli
from idp.management.policies import PolicyView
from idp.mfa.graph_tables import Document

PAGE = (Path(__file__).parents[2] / "docs" / "policies.md").read_text()
ROWS = re.findall(r"^\| `([\w.]+)` \|", PAGE, re.MULTILINE)
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]
FEATURE = re.compile(r"\.(state|includeTarget|excludeTarget)$")


@pytest.fixture
def server_folder(farm_folder, services, monkeypatch) -> Path:
    services.directory.add("alice@example.test", "password", groups=["Staff"])
    services.mfa.codes.register("alice@example.test", "A" * 32)
    monkeypatch.chdir(farm_folder)
    return farm_folder


def test_the_commands_of_the_page_work_one_after_another(server_folder):
    for command in COMMANDS:
        command, _, target = command.partition(" > ")
        result = CliRunner().invoke(cli.main, shlex.split(command)[1:])
        assert result.exit_code == 0, (command, result.output)
        if target:
            (server_folder / target).write_text(result.stdout)
    assert len(COMMANDS) == 10


def test_every_setting_has_a_row():
    settings = PolicyView(Policies(), 0).settings()
    names = {FEATURE.sub("", key) if ".featureSettings." in key else key for key in settings}

    assert names <= set(ROWS)
    number = "MicrosoftAuthenticator.featureSettings.numberMatchingRequiredState"
    assert {row for row in ROWS if "." in row or row in names} == {*names, number}


def test_every_value_that_a_setting_can_have_is_named():
    schema = str(Document.model_json_schema())
    for values in re.findall(r"'enum': \[(.*?)\]", schema):
        for value in re.findall(r"'(\w+)'", values):
            assert f"`{value}`" in PAGE, value


def test_every_reason_of_a_permission_has_its_row():
    for code, sentence in PERMISSION_REASONS.items():
        assert f"| `{code}` | {sentence} |" in PAGE


def test_every_reason_of_a_reset_has_its_row():
    for code, sentence in RESET_REASONS.items():
        assert f"| `{code}` | {sentence} |" in PAGE


def test_the_page_explains_every_reason_of_a_user_without_a_method():
    assert all(f"`{reason}`" in PAGE for reason in NOT_ALLOWED.values())
