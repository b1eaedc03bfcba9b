"""docs/nps.md: its commands work one after another, and its tables say what the product does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import adapter
from adapter.nps_extension import CODE_SINCE, KNOWN_VERSIONS, OVERRIDE_SINCE
from idp import cli
from idp.management.nps import EXPERIENCE_TEXTS
from idp.nps.registry import KEY, NAMES, WITHOUT_EFFECT

PAGE = (Path(__file__).parents[2] / "docs" / "nps.md").read_text()
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]
ROWS = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
VERSIONS = {
    "1.2.2216.1 and later": (CODE_SINCE, KNOWN_VERSIONS[-1]),
    "1.0.1.40 up to 1.2.2131.2": (
        OVERRIDE_SINCE,
        max(version for version in KNOWN_VERSIONS if version < CODE_SINCE),
    ),
    "earlier than 1.0.1.40": (KNOWN_VERSIONS[0],),
}


def test_the_commands_of_the_page_work_one_after_another(farm_folder, monkeypatch):
    monkeypatch.chdir(farm_folder)
    (farm_folder / "AzureMfa.reg").write_text(f"REGEDIT4\n[{KEY}]\n")

    for command in COMMANDS:
        result = CliRunner().invoke(cli.main, shlex.split(command)[1:])
        assert result.exit_code == 0, result.output
    assert "192.0.2.7" in CliRunner().invoke(cli.main, ["nps", "client", "list"]).stdout


@pytest.mark.parametrize("label", VERSIONS)
def test_the_table_of_versions_is_what_is_decided(label):
    (row,) = [cells for name, *cells in ROWS if name == label]

    for version in VERSIONS[label]:
        decided = [
            adapter.decide(
                scenario="nps",
                host=str(version),
                override=override,
                totp_registered="yes",
                protocol="PAP",
                client_can_answer_challenge="yes",
            )
            for override in ("", "TRUE", "FALSE")
        ]
        assert [EXPERIENCE_TEXTS[each.experience] for each in decided] == row


def test_every_registry_value_is_explained():
    for name in (*NAMES.values(), *WITHOUT_EFFECT):
        assert f"`{name}`" in PAGE
