"""The user at the terminal: the account name, and passwords that are typed."""

from __future__ import annotations

import getpass
import sys
import warnings

import click

from adapter.errors import TallystickError


class PasswordInputError(TallystickError):
    """Raised when a new password could not be read."""

    code = "password_input"


password_stdin_option = click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from the first line of standard input.",
)


secret_stdin_option = click.option(
    "--secret-stdin",
    is_flag=True,
    help="Read the secret key from the first line of standard input.",
)


def account_name() -> str:
    """Return the account that runs the command, which is recorded with a change; may be empty."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user id may have no name
        return ""


def new_password(name: str, *, from_stdin: bool) -> str:
    """Return a new password for *name*: the first line of standard input, or typed twice."""
    if from_stdin:
        return _first_line()
    password = _ask_without_echo(f"Password for {name}: ")
    if _ask_without_echo("Repeat the password: ") != password:
        raise PasswordInputError("The two passwords differ", "Type the same password twice")
    return password


def known_password(name: str, *, from_stdin: bool) -> str:
    """Return the password that *name* has: the first line of standard input, or typed."""
    return _first_line() if from_stdin else _ask_without_echo(f"Password of {name}: ")


def new_secret(name: str, *, from_stdin: bool) -> str:
    """Return the secret key of the token *name*: the first line of standard input, or typed."""
    return _first_line() if from_stdin else _ask_without_echo(f"Secret key of {name}: ")


def new_shared_secret(name: str, *, from_stdin: bool) -> str:
    """Return the shared secret of the client *name*: the first line of input, or typed twice."""
    if from_stdin:
        return _first_line()
    secret = _ask_without_echo(f"Shared secret of {name}: ")
    if _ask_without_echo("Repeat the secret: ") != secret:
        raise PasswordInputError("The two secrets differ", "Type the same secret twice")
    return secret


def _ask_without_echo(prompt: str) -> str:
    """Ask at the terminal; raise if there is none, or if it cannot hide what is typed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except getpass.GetPassWarning:
        raise PasswordInputError(
            "There is no terminal that can hide what is typed",
            "Pipe it in: --password-stdin or --secret-stdin",
        ) from None


def _first_line() -> str:
    line = sys.stdin.readline()
    if not line:
        raise PasswordInputError(
            "Standard input is empty", "Pipe it in: printf '%s\\n' \"$PASSWORD\" | …"
        )
    return line.rstrip("\r\n")
