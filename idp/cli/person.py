"""Who sits at the terminal: the name written beside a change, and the secrets they type."""

from __future__ import annotations

import getpass
import sys
import warnings

import click

from adapter.errors import TallystickError


class PasswordInputError(TallystickError):
    """Raised when a new password was not given as it should be."""

    code = "password_input"


password_stdin_option = click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from the first line of standard input.",
)


def acting_person() -> str:
    """Return the account that runs the command, as it appears beside a change."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):  # a container's user id may have no name
        return "command line"


def new_password(name: str, *, from_stdin: bool) -> str:
    """Return a password for *name*: the first line of standard input, or typed twice, unseen."""
    if from_stdin:
        return _first_line()
    password = _unseen(f"Password for {name}: ")
    if _unseen("The same again: ") != password:
        raise PasswordInputError("The two passwords differ", "Type the same one twice")
    return password


def _unseen(prompt: str) -> str:
    """Ask at the terminal; where it would show what is typed, or there is none, do not ask."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except getpass.GetPassWarning:
        raise PasswordInputError(
            "There is no terminal to type a password at, unseen", "Pipe it in: --password-stdin"
        ) from None


def _first_line() -> str:
    line = sys.stdin.readline()
    if not line:
        raise PasswordInputError(
            "Standard input holds no password", "Pipe it in: printf '%s\\n' \"$PASSWORD\" | …"
        )
    return line.rstrip("\r\n")
