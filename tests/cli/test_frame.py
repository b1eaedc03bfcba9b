"""What holds for every command: how it ends, and what it prints where."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from support.nets import NET_SECONDS

from adapter.errors import TallystickError
from idp import cli
from idp.cli import output

TALLYSTICK = Path(sys.executable).with_name("tallystick")


def run(*args: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [TALLYSTICK, *args], capture_output=True, text=True, timeout=NET_SECONDS, **options
    )


@pytest.fixture
def command(monkeypatch):
    """Put a command of the test's own into the table, and run it as a user would."""

    def add(function):
        made = click.command("probe")(function)
        monkeypatch.setitem(sys.modules, "probe_module", type("M", (), {"probe": made}))
        monkeypatch.setitem(cli.COMMANDS, "probe", ("probe_module:probe", "A probe"))
        return CliRunner().invoke(cli.main, ["probe"])

    return add


def test_every_command_in_the_table_exists_and_says_what_it_does():
    root = click.Context(cli.main)

    for name in cli.main.list_commands(root):
        loaded = cli.main.get_command(root, name)
        assert loaded.name == name
        assert loaded.help


def test_help_lists_the_commands():
    done = run("--help")

    assert done.returncode == 0
    assert all(name in done.stdout for name in cli.COMMANDS)


def test_version_is_that_of_the_package():
    assert run("--version").stdout.startswith("tallystick, version 0.")


@pytest.mark.parametrize(
    "args",
    [["nonsense"], ["--nonsense"], ["server"], ["server", "set", "sts1"], ["log", "extra"]],
    ids=" ".join,
)
def test_wrong_usage_is_one_line_and_exit_status_2(args):
    done = run(*args)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("tallystick: ")
    assert done.stderr.endswith(" --help. [usage]\n")
    assert done.stderr.count("\n") == 1


def test_a_command_left_out_is_not_answered_with_the_whole_help_in_one_line():
    assert run().stderr == "tallystick: A command is missing. See tallystick --help. [usage]\n"
    error = run("server").stderr
    assert error.startswith("tallystick: A command is missing. See tallystick server")


def test_a_suggestion_ends_in_a_question_mark():
    assert "Did you mean '--password-stdin'? See" in run("user", "add", "--password").stderr


def test_a_refusal_is_one_line_with_its_remedy_and_code_and_exit_status_1(command):
    def probe():
        raise TallystickError("It is\nbroken", "Mend it", code="broken")

    done = command(probe)

    assert done.exit_code == 1
    assert done.stderr == "tallystick: It is broken. Mend it. [broken]\n"
    assert done.stdout == ""


def test_an_error_cannot_steer_the_terminal(command):
    def probe():
        raise TallystickError("There is no \x1b[2Juser", code="unknown_user")

    assert "\x1b" not in command(probe).stderr


def test_a_file_that_cannot_be_written_is_a_refusal_and_no_traceback(command):
    def probe():
        raise PermissionError(13, "Permission denied", "users.csv")

    done = command(probe)

    assert done.exit_code == 1
    assert done.stderr == (
        "tallystick: users.csv: Permission denied. Check the path and its permissions. [file]\n"
    )


def test_input_that_ends_too_early_is_a_refusal(command):
    def probe():
        raise EOFError

    done = command(probe)

    assert done.exit_code == 1
    assert "[input_ended]" in done.stderr


def test_an_interrupted_command_ends_with_130(command):
    def probe():
        raise KeyboardInterrupt

    done = command(probe)

    assert done.exit_code == 130
    assert "Traceback" not in done.output


def test_ctrl_c_ends_a_running_command_with_130(tmp_path):
    code = (
        "import sys, time, types, click\n"
        "from idp import cli\n"
        "@click.command()\n"
        "def probe():\n"
        "    click.echo('ready')\n"
        "    time.sleep(600)\n"
        "sys.modules['p'] = types.SimpleNamespace(probe=probe)\n"
        "cli.COMMANDS['probe'] = ('p:probe', '')\n"
        "cli.main(['probe'])\n"
    )
    process = subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)

    _, errors = process.communicate(timeout=NET_SECONDS)

    assert process.returncode == 130
    assert errors.strip() == ""


def test_a_reader_that_goes_away_is_no_error():
    """As in ``tallystick decide … | true``."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            [TALLYSTICK, "decide", "20348.350"],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=NET_SECONDS,
        )
    finally:
        os.close(writing)

    assert done.stderr == ""


def test_a_table_for_a_pipe_is_tab_separated_under_its_header(capsys):
    output.print_table(("node", "build"), [("sts1", "20348.350"), ("sts2", None)], empty="none")

    assert capsys.readouterr().out == "node\tbuild\nsts1\t20348.350\nsts2\t\n"


def test_a_value_cannot_leave_its_cell(capsys):
    output.print_table(("name",), [("a\tb\nc\x1b[31m\u202e",)], empty="none")

    assert capsys.readouterr().out == "name\na\\tb\\nc\\x1b[31m\\u202e\n"


def test_a_table_for_a_person_is_drawn_with_the_values_as_they_are(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    output.print_table(("name",), [("[bold]not markup[/bold]",)], empty="none")

    assert "[bold]not markup[/bold]" in capsys.readouterr().out


def test_an_empty_table_is_reported_on_standard_error(capsys):
    output.print_table(("name",), [], empty="There is nothing.")

    assert capsys.readouterr() == ("", "There is nothing.\n")


def test_a_file_that_is_no_unicode_is_refused(refused, farm_folder):
    (farm_folder / "latin1.csv").write_bytes("name,password\nbjörn,x\n".encode("latin-1"))

    assert refused("user", "import", "latin1.csv").endswith("[no_text]\n")


def test_an_argument_that_is_no_unicode_is_looked_for_and_not_found(refused):
    assert refused("sp", "show", "\udc80").endswith("[unknown_trust]\n")


def test_a_password_that_is_no_unicode_is_refused(refused):
    line = refused("user", "add", "bob@example.test", "--password-stdin", input=b"\xff\n")

    assert line.endswith("[no_text]\n")


def test_a_terminal_that_knows_few_characters_gets_escapes_for_the_rest():
    done = run("decide", "20348.349", env={**os.environ, "PYTHONIOENCODING": "latin-1"})

    assert done.returncode == 0
    assert "\\u201c" in done.stdout


def in_shell(redirections: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        ["/bin/sh", "-c", f'exec "$0" "$@" {redirections}', TALLYSTICK, *args],
        capture_output=True,
        text=True,
        timeout=NET_SECONDS,
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_command_runs_as_well_where_the_caller_has_closed_its_streams(closed):
    shown = in_shell(closed, "faults", "list")
    refused = in_shell(closed, "nonsense")

    assert (shown.returncode, shown.stderr) == (0, "")
    assert (refused.returncode, refused.stdout) == (2, "")
