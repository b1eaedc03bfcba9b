"""Where ``tallystick phone`` keeps its phone: the option ``--file``, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.phones.phone_terminal import failed
from support.users import ALICE


@pytest.mark.parametrize("before", [True, False])
def test_the_file_may_stand_before_or_after_the_verb(phone_host, terminal, before):
    option = ["--file", str(terminal.file)]
    verb = ["activate", phone_host.activation_url()]
    assert terminal(*(option + verb if before else verb + option), file=False).exit_code == 0
    listing = [*option, "list"] if before else ["list", *option]
    assert ALICE in terminal(*listing, file=False).stdout


def test_the_file_nearest_to_the_verb_wins(phone_host, terminal, tmp_path):
    other = str(tmp_path / "other.phone")
    terminal(
        "--file",
        other,
        "activate",
        phone_host.activation_url(),
        "--file",
        str(terminal.file),
        file=False,
    )
    assert terminal.file.exists()
    assert not Path(other).exists()


def test_a_command_without_a_phone_file_guesses_none(terminal):
    failed(terminal("list", file=False), "no_phone")


def test_a_file_that_others_may_read_is_refused(alices):
    alices.file.chmod(0o644)
    failed(alices("list"), "phone_file")
