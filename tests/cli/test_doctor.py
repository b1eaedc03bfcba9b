"""``tallystick doctor`` at the command line."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from support.servers.serve_process import TALLYSTICK


@pytest.fixture
def healthy(farm_folder: Path, services) -> Path:
    for name in ("tallystick.toml", "tallystick.db"):
        (farm_folder / name).chmod(0o600)
    services.farm.set_build("sts1", "20348.350", "test")
    return farm_folder


def test_warnings_alone_are_no_failure(healthy, done):
    lines = done("doctor").splitlines()

    assert any(line.startswith("warning  no_trust ") for line in lines)
    assert any("tallystick sp add FILE" in line for line in lines)


def test_a_broken_server_sets_the_exit_status(healthy, tally):
    (healthy / "secret.key").chmod(0o644)

    result = tally("doctor", "--json")

    assert result.exit_code == 1
    (broken,) = [each for each in json.loads(result.stdout) if each["level"] == "broken"]
    assert broken["code"] == "key_file_is_open"
    assert broken["remedy"].startswith("chmod 600 ")


def test_a_configuration_that_cannot_be_read_is_a_finding(healthy, tally):
    (healthy / "tallystick.toml").write_text("[server]\nbase = 1\n")

    result = tally("doctor")

    assert result.exit_code == 1
    assert result.stdout.startswith("broken   config ")


def test_libraries_that_do_not_fit_together_are_one_line_with_its_remedy(healthy, tmp_path):
    """Of xmlsec with another libxml2 than lxml's, already the import of much else ends."""
    (tmp_path / "xmlsec.py").write_text("def get_libxml_version():\n    return (2, 9, 0)\n")

    done = subprocess.run(  # noqa: S603 - our own program
        [TALLYSTICK, "doctor", "-c", healthy / "tallystick.toml"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    told = done.stdout + done.stderr
    assert "cannot work together" in told
    assert "pip install" in told
    assert "Traceback" not in told
