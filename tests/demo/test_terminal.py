"""Commands to copy: they find the program, and keep every word whole."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from idp.demo.terminal import command_line


def test_where_a_terminal_finds_the_program_its_name_is_enough(tmp_path, monkeypatch):
    (tmp_path / "tallystick").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert command_line("server", "list") == "tallystick server list"


def test_where_none_does_its_path_stands_there(monkeypatch):
    monkeypatch.setenv("PATH", "")

    program, *words = shlex.split(command_line("server", "list"))

    assert Path(program) == Path(sys.executable).with_name("tallystick")
    assert words == ["server", "list"]


def test_a_folder_with_a_blank_stays_one_word():
    assert shlex.split(command_line("phone", "--file", Path("/my demo/phone.json")))[-2:] == [
        "--file",
        "/my demo/phone.json",
    ]
