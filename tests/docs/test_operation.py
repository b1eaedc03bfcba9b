"""docs/operation.md: every setting and metric has a row, its commands exist, its examples work."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.nets import NET_SECONDS

from idp.cli import main
from idp.config import schema
from idp.config.mail import MailSection
from idp.metrics import Meters
from idp.serving.supervisor import GRACE_SECONDS, START_SECONDS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "operation.md").read_text()


@pytest.mark.parametrize("section", [schema.ServeSection, schema.MetricsSection, MailSection])
def test_every_setting_has_a_row_with_its_default(section):
    for name, field in section.model_fields.items():
        default = "none" if field.default is None else f"`{json.dumps(field.default, default=str)}`"
        assert f"\n| `{name}` | {default} | " in PAGE


def test_every_metric_has_a_row():
    names = {
        sample if "seconds" in sample else f"{sample}_total"
        for sample in (family.name for family in Meters().registry.collect())
        if sample.startswith("tallystick_")
    }

    assert names == set(re.findall(r"\n\| `(tallystick_\w+)`", PAGE))


@pytest.mark.parametrize(
    "words", re.findall(r"tallystick ((?:config show|doctor|init|keys|serve)\b)", PAGE)
)
def test_every_command_on_the_page_exists(words):
    assert CliRunner().invoke(main, [*words.split(), "--help"]).exit_code == 0


def test_the_backup_is_a_whole_database_that_only_its_owner_can_read(farm_folder, services):
    services.farm.set_build("sts1", "20348.350", "test")
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    script = script.replace("python3", shlex.quote(sys.executable))

    subprocess.run(["/bin/sh", "-ec", script], cwd=farm_folder, check=True, timeout=NET_SECONDS)  # noqa: S603 - our own example

    backup = farm_folder / "backup.db"
    assert backup.stat().st_mode & 0o077 == 0
    assert sqlite3.connect(backup).execute("SELECT name FROM nodes").fetchall() == [("sts1",)]


def test_the_unit_runs_the_server_and_allows_it_the_time_it_needs():
    unit = RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment]
    unit.read(DOCS / "operation" / "tallystick.service")
    service = unit["Service"]
    program, *words = shlex.split(service["ExecStart"])

    assert Path(program).name == "tallystick"
    assert words == ["serve", "-c", "/var/lib/tallystick/tallystick.toml"]
    assert int(service["TimeoutStopSec"]) > GRACE_SECONDS
    assert int(service["TimeoutStartSec"]) > START_SECONDS
