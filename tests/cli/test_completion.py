"""Completion: what a shell offers, asked as Bash asks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.nets import NET_SECONDS
from support.service_providers.metadata_parts import SP_ID, metadata

BIN = Path(sys.executable).parent


@pytest.fixture
def offered(farm_folder, services):
    """Press the tabulator after a line in Bash; returns what is offered."""
    services.farm.set_build("sts1", "20348.350", "test")
    services.farm.set_build("other", "20348.350", "test")
    services.nps.set_host("nps1", "test", version="1.2.2216.1")
    services.nps.add_client("nps1", "192.0.2.0/24", "test", secret="a shared secret")
    services.directory.add("alice@example.test", "password")
    services.trusts.add(metadata().encode())

    def press(line: str, folder: Path = farm_folder) -> list[str]:
        script = (
            'eval "$(_TALLYSTICK_COMPLETE=bash_source tallystick)"\n'
            "compopt() { :; }\n"
            f"COMP_LINE={line!r} COMP_POINT=${{#COMP_LINE}}\n"
            "COMP_POINT=${#COMP_LINE}\n"
            "_tallystick_completion tallystick\n"
            "printf '%s\\n' \"${COMPREPLY[@]}\"\n"
        )
        done = subprocess.run(  # noqa: S603 - our own script
            ["/bin/bash", "--norc", "-c", script],
            cwd=folder,
            env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=NET_SECONDS,
            check=True,
        )
        assert done.stderr == ""
        return done.stdout.split()

    return press


@pytest.fixture
def offered_here(offered, tally):
    """The same in this process, for lines that Bash does not cut."""

    def press(line: str) -> list[str]:
        asked = {"_TALLYSTICK_COMPLETE": "bash_complete", "COMP_LINE": line}
        said = tally(prog_name="tallystick", env=asked).stdout
        return [row.removeprefix("plain,") for row in said.splitlines()]

    return press


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("tallystick server se", ["set"]),
        ("tallystick server set st", ["sts1"]),
        ("tallystick server remove ", ["other", "sts1"]),
        ("tallystick nps restart n", ["nps1"]),
        ("tallystick nps client remove nps1 ", ["192.0.2.0/24"]),
        ("tallystick user show AL", ["alice@example.test"]),
        ("tallystick sp show ", [SP_ID]),
        ("tallystick log --user a", ["alice@example.test"]),
    ],
)
def test_names_of_the_server_are_offered(offered_here, line, names):
    assert sorted(offered_here(line)) == sorted(names)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("tallystick server set st", ["sts1"]),
        # Bash has cut the word at the colon: only what follows it is offered.
        ("tallystick sp show https://sp", [SP_ID.removeprefix("https:")]),
        (f"tallystick sp set {SP_ID} encrypt_cl", ["encrypt_claims="]),
        (f"tallystick sp set {SP_ID} second_factor=a", ["always"]),
        (f"tallystick sp set {SP_ID} encrypt_claims=", ["true", "false"]),
    ],
)
def test_bash_offers_them_although_it_cuts_words(offered, line, names):
    assert sorted(offered(line)) == sorted(names)


def test_without_a_server_nothing_is_offered_and_nothing_is_said(offered, tmp_path):
    assert offered("tallystick user show a", tmp_path) == []
