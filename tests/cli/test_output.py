"""What commands print: tables that can be copied, JSON for what was changed and for errors."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.nets import NET_SECONDS
from support.service_providers.metadata_parts import SP_ID, metadata

from idp import cli
from idp.cli import output

TALLYSTICK = Path(sys.executable).with_name("tallystick")
COLOUR = re.compile("\x1b\\[")
CELLS = st.text(st.characters(categories=["L", "N", "P"]), max_size=90)
CHANGING = ("activate", "add", "disable", "enable", "import", "passwd", "promote", "refresh",
            "register", "remove", "retire", "roll", "set", "sign-out", "token", "unlock",
            "unregister", "approve", "deny", "init")  # fmt: skip
"""The names of commands that change something."""


@pytest.fixture
def on_terminal(monkeypatch, capsys):
    """Print a table on a terminal of this width; returns its lines."""

    def show(width: int, columns, rows) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        output.print_table(columns, rows, empty="Nothing.")
        return re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out).splitlines()

    return show


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    width=st.integers(20, 200),
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=4),
)
def test_no_cell_is_broken_however_narrow_the_terminal_is(on_terminal, width, rows):
    lines = on_terminal(width, ("entity id", "build", "installed update"), rows)

    for row in rows:
        for cell in row:
            assert not cell or any(cell in line for line in lines)


def test_a_table_that_fits_has_columns_and_a_wide_one_has_blocks(on_terminal):
    rows = [("sts1", "20348.350", "KB5007205"), ("sts2", "", "KB5006669")]

    assert on_terminal(80, ("node", "build", "update"), rows) == [
        "node  build      update",
        "sts1  20348.350  KB5007205",
        "sts2             KB5006669",
    ]
    assert on_terminal(20, ("node", "build", "update"), rows) == [
        "node    sts1",
        "build   20348.350",
        "update  KB5007205",
        "",
        "node    sts2",
        "update  KB5006669",
    ]


def test_columns_are_aligned_under_wide_characters(on_terminal):
    lines = on_terminal(80, ("name", "x"), [("漢字", "1"), ("e\u0301a", "2")])

    assert lines == ["name  x", "漢字  1", "e\u0301a    2"]


def coloured(environment: dict[str, str], *command: str) -> bool:
    """Run a command on a terminal; return whether it printed colours."""
    ours, theirs = pty.openpty()
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
    with subprocess.Popen(  # noqa: S603 - our own command
        [TALLYSTICK, *command], stdout=theirs, stderr=theirs, env={**kept, **environment}
    ) as process:
        process.wait(NET_SECONDS)
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert b"Number matching" in said
    return COLOUR.search(said.decode()) is not None


def test_no_color_and_a_dumb_terminal_get_no_colours():
    assert coloured({"TERM": "xterm"}, "decide", "20348.350")
    assert not coloured({"TERM": "dumb"}, "decide", "20348.350")
    assert not coloured({"TERM": "xterm", "NO_COLOR": "1"}, "decide", "20348.350")


def commands(group: click.Group, path: str):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def test_every_command_that_changes_something_prints_json_if_asked():
    without = {
        path
        for path, command in commands(cli.main, "tallystick")
        if path.rsplit(" ", 1)[1] in CHANGING
        and not any("--json" in parameter.opts for parameter in command.params)
    }

    assert without == set()


@pytest.mark.parametrize(
    ("command", "key", "value"),
    [
        ("user add b@example.test --password-stdin", "name", "b@example.test"),
        ("user passwd a@example.test --password-stdin", "name", "a@example.test"),
        ("user disable a@example.test", "disabled", True),
        ("user enable a@example.test", "disabled", False),
        ("user unlock a@example.test", "locked_out", []),
        ("user sign-out a@example.test", "name", "a@example.test"),
        ("user remove a@example.test", "removed", True),
        ("server remove sts1", "removed", True),
        (f"sp remove {SP_ID}", "removed", True),
        (f"sp claims remove {SP_ID}", "claim_rules", None),
        ("adapters enable AzureMfaAuthentication", "enabled", ["AzureMfaAuthentication"]),
    ],
)
def test_what_was_changed_is_json(services, done, command, key, value):
    services.directory.add("a@example.test", "password")
    services.farm.set_build("sts1", "20348.350", "test")
    services.trusts.add(metadata().encode())

    told = json.loads(done(*command.split(), "--json", input="password\n"))

    assert told[key] == value


@pytest.mark.parametrize(
    ("args", "status", "code"),
    [
        (["user", "show", "nobody@example.test"], 1, "unknown_user"),
        (["server", "set", "sts1", "nonsense"], 1, "not_a_build"),
        (["server", "set", "sts1"], 2, "usage"),
        (["usr"], 2, "usage"),
        (["sp", "add", "missing.xml"], 1, "metadata_source"),
    ],
)
def test_an_error_is_json_too(tally, args, status, code):
    result = tally(*args, "--json")

    told = json.loads(result.stderr)
    assert (result.exit_code, result.stdout) == (status, "")
    assert told["error"] == code
    assert told["problem"]
    assert told["remedy"]


def test_json_after_two_dashes_is_a_name_and_not_the_option(tally):
    assert tally("user", "show", "--", "--json").stderr.startswith("tallystick: ")
