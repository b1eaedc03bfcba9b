"""What commands that work on a server share: its configuration, its services, the option -c."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from adapter.errors import TallystickError
from idp.config import CONFIG_VARIABLE

if TYPE_CHECKING:
    from idp.audit.changes import Actor, Changes
    from idp.config.schema import Config
    from idp.services import Services

P = ParamSpec("P")
R = TypeVar("R")

DEFAULT_FILE = Path("tallystick.toml")
ADMINISTRATOR = "administrator"
"""The role of a person who can run commands with the server's files."""


class Invocation:
    """One run of the command line; it opens the server's services when they are first needed."""

    def __init__(self) -> None:
        self.config_file: Path | None = None
        self._services: Services | None = None

    @property
    def file(self) -> Path:
        """The configuration: ``-c``, else ``TALLYSTICK_CONFIG``, else ``./tallystick.toml``."""
        return self.config_file or Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_FILE)

    @property
    def config(self) -> Config:
        """Return the configuration, read now."""
        from idp.config.reading import load

        return load(self.file)

    @property
    def services(self) -> Services:
        """The server's services, each made when first used, and closed after the command."""
        if self._services is None:
            from idp.assembly import open_rooms

            self._services = open_rooms(self.config, operator)
            click.get_current_context().find_root().call_on_close(self._services.close)
        return self._services


def config_option() -> click.Option:
    """Return the option ``-c FILE``. A subcommand has it too, and its value wins."""
    return click.Option(
        ["-c", "config_file"],
        type=click.Path(path_type=Path),
        metavar="FILE",
        expose_value=False,
        is_eager=True,
        callback=_remember,
        help=f"The server's configuration file (else ${CONFIG_VARIABLE}, else ./{DEFAULT_FILE}).",
    )


def _remember(ctx: click.Context, _option: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(Invocation).config_file = value


def invocation() -> Invocation:
    """Return this run of the command line."""
    return click.get_current_context().ensure_object(Invocation)


def changes_if_possible() -> Changes | None:
    """Return what records a change of files; None, with a warning, if the database is away.

    Keys and the administrator's token must be exchangeable then, too.
    """
    from idp.cli.output import print_warning

    try:
        return invocation().services.changes
    except TallystickError as error:
        print_warning(f"The change is not in the audit log. {error}")
        return None


def operator() -> Actor:
    """Return who runs this command: an account of the operating system."""
    from idp.audit.changes import COMMAND, Actor
    from idp.cli.terminal_user import account_name

    return Actor(account_name(), ADMINISTRATOR, COMMAND)


class CommandWithExample(click.Command):
    """A command whose help ends with an example."""

    def __init__(self, *args: Any, example: str, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example without line wrapping, so that it can be copied."""
        with formatter.section("Example"):
            for line in self.example.splitlines():
                formatter.write(f"{' ' * formatter.current_indent}{line}\n")


class ServerCommand(CommandWithExample):
    """A command that works on a server: it has the option ``-c``."""

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.params.append(config_option())


class CommandGroup(click.Group):
    """Subcommands about one subject, like ``tallystick user``; ``-c`` may precede them."""

    command_class = ServerCommand

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.params.append(config_option())


class DefaultCommandGroup(CommandGroup):
    """A group one of whose commands may be left out: ``user methods NAME`` shows."""

    def __init__(self, *args: Any, default: str, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name of the default command before *args* that name no command."""
        names_command = any(arg in self.commands for arg in args)
        if not names_command and not any(arg in ctx.help_option_names for arg in args):
            args = [self.default, *args]
        return super().parse_args(ctx, args)


def with_services(function: Callable[Concatenate[Services, P], R]) -> Callable[P, R]:
    """Decorate a command: its first argument is the server's services."""

    @functools.wraps(function)
    def command(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(invocation().services, *args, **kwargs)

    return command
