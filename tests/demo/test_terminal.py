"""Commands to copy: they find the program, and keep every word whole."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from idp.demo.terminal import command_line


def test_a_command_uses_the_name_of_the_program_where_the_terminal_finds_it(tmp_path, monkeypatch):
    (tmp_path / "tallystick").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert command_line("server", "list") == "tallystick server list"


def test_a_command_uses_the_path_of_the_program_where_the_terminal_does_not_find_it(monkeypatch):
    monkeypatch.setenv("PATH", "")

    program, *words = shlex.split(command_line("server", "list"))

    assert Path(program) == Path(sys.executable).with_name("tallystick")
    assert words == ["server", "list"]


def test_a_folder_with_a_blank_stays_one_word():
    assert shlex.split(command_line("phone", "--file", Path("/my demo/phone.json")))[-2:] == [
        "--file",
        "/my demo/phone.json",
    ]
