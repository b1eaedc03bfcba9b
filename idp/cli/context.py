"""What commands that act on a server share: the configuration and the rooms behind it."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

if TYPE_CHECKING:
    from idp.config.schema import Config
    from idp.services import Services

P = ParamSpec("P")
R = TypeVar("R")

VARIABLE = "TALLYSTICK_CONFIG"
DEFAULT_FILE = Path("tallystick.toml")


class Invocation:
    """One run of the command line; opens the server's rooms when a command first asks."""

    def __init__(self) -> None:
        self.config_file: Path | None = None
        self._services: Services | None = None

    @property
    def file(self) -> Path:
        """The file of ``-c``, else of ``TALLYSTICK_CONFIG``, else ``./tallystick.toml``."""
        return self.config_file or Path(os.environ.get(VARIABLE) or DEFAULT_FILE)

    @property
    def config(self) -> Config:
        """Read the configuration."""
        from idp.config.reading import load

        return load(self.file)

    @property
    def services(self) -> Services:
        """Return the rooms of the server, assembled once; they are closed with the command."""
        if self._services is None:
            from idp.app import assemble

            self._services = assemble(self.config)
            click.get_current_context().find_root().call_on_close(self._services.close)
        return self._services


def config_option() -> click.Option:
    """Return the option ``-c FILE``; the one nearest to the verb wins."""
    return click.Option(
        ["-c", "config_file"],
        type=click.Path(path_type=Path),
        metavar="FILE",
        expose_value=False,
        is_eager=True,
        callback=_remember,
        help=f"The server's configuration (else ${VARIABLE}, else ./{DEFAULT_FILE}).",
    )


def _remember(ctx: click.Context, _option: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(Invocation).config_file = value


def invocation() -> Invocation:
    """Return this run of the command line."""
    return click.get_current_context().ensure_object(Invocation)


class Example(click.Command):
    """A command whose help ends with an example."""

    def __init__(self, *args: Any, example: str, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example, unwrapped, so that it can be copied."""
        with formatter.section("Example"):
            for line in self.example.splitlines():
                formatter.write(f"{' ' * formatter.current_indent}{line}\n")


class Verb(Example):
    """A command that acts on a server: it takes ``-c``."""

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.params.append(config_option())


class Noun(click.Group):
    """A group of verbs about one thing; ``-c`` may stand before its verb, too."""

    command_class = Verb

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.params.append(config_option())


def with_services(function: Callable[Concatenate[Services, P], R]) -> Callable[P, R]:
    """Hand the server's rooms to a command as its first argument."""

    @functools.wraps(function)
    def command(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(invocation().services, *args, **kwargs)

    return command


def from_options(function: Callable[P, R]) -> Callable[P, R]:
    """Take ``--from IP`` and ``--extranet``: where a sign-in that is only tried comes from."""
    side = click.option("--extranet", is_flag=True, help="As through a Web Application Proxy.")
    address = click.option(
        "--from", "address", metavar="IP", default="", help="The user's address."
    )
    return address(side(function))
