"""The command line ``tallystick``: the table of commands, and how every command ends.

Each command is a module of its own name; the table imports none of them, so that ``--help`` is
quick. A command reads its arguments, calls a use case of :mod:`idp.management`, and prints what it
returns.

Read first: this table, then ``context`` (configuration and services that commands share, the
option ``-c``), then any command. ``output`` prints tables, fields and JSON, ``failures`` errors;
``completion`` completes names for shells; ``input_text`` decodes files; ``terminal_user`` asks for
passwords; ``user_output``, ``trust_output`` and ``adapter_check`` belong to ``user``, ``sp`` and
``adapters``. Neighbours: :mod:`idp.demo`, :mod:`idp.serving` and :mod:`idp.doctor` are behind the
commands of these names.
"""

from __future__ import annotations

import errno
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any, NoReturn

import click

from adapter.errors import TallystickError
from idp.cli.context import Invocation, config_option
from idp.cli.failures import failure_of, is_json_wanted
from idp.cli.output import color_choice

COMMANDS = {
    # name      module:command               summary
    "access":   ("idp.cli.access:access",     "Access control policies, and who needs MFA"),
    "adapters": ("idp.cli.adapters:adapters", "Second factors: installed, registered, enabled"),
    "admin":    ("idp.cli.admin:admin",       "Administrators: token, audit log"),
    "config":   ("idp.cli.config:config",     "Settings in effect; the configuration as one file"),
    "connect":  ("idp.cli.connect:connect",   "What an application needs; settings to paste"),
    "conformance":
                ("idp.cli.conformance:conformance",
                                             "Every fault against one service provider"),
    "decide":   ("idp.cli.decide:decide",     "Tell what a user sees on a server, and why"),
    "demo":     ("idp.cli.demo:demo",         "Run everything in one process, to try it"),
    "doctor":   ("idp.cli.doctor:doctor",     "Check a server and name remedies"),
    "faults":   ("idp.cli.faults:faults",     "Faulty responses that it can send on purpose"),
    "init":     ("idp.cli.init:init",         "Create configuration and keys of a new server"),
    "keys":     ("idp.cli.keys:keys",         "Token-signing keys and their roles"),
    "log":      ("idp.cli.log:log",           "Sign-ins: who, where, which experience and why"),
    "nps":      ("idp.cli.nps:nps",           "NPS hosts of the farm and their RADIUS clients"),
    "phone":    ("idp.cli.phone:phone",       "An Authenticator app in the terminal"),
    "policy":   ("idp.cli.policy:policy",     "Which methods users may use, and who"),
    "preview":  ("idp.cli.preview:preview",   "What a user will see in a sign-in, and why"),
    "serve":    ("idp.cli.serve:serve",       "Run the server for real use"),
    "server":   ("idp.cli.server:server",     "Nodes of the farm and the build of each"),
    "sp":       ("idp.cli.sp:sp",             "Relying party trusts, from SAML metadata"),
    "trace":    ("idp.cli.trace:trace",       "A sign-in step by step, and why it failed"),
    "user":     ("idp.cli.user:user",         "Users of the local directory and their methods"),
}  # fmt: skip

STAYING = frozenset({"conformance", "nps", "phone", "serve"})
"""The commands that may stay for hours: they need Python's collector of garbage.

The others end before it pays, and it would take a tenth of their time, half of that at their end;
``demo`` calls it back when it is ready.
"""

NO_PLUGINS_OF_PYDANTIC = "PYDANTIC_DISABLE_PLUGINS", "__all__"
"""They would be looked for in all installed packages, and could see every secret of the settings.

Only in a process of our own: a program that embeds this server may have some.
"""

INTERRUPTED = 130
COMPLETION_VARIABLE = "_TALLYSTICK_COMPLETE"
"""Set by a shell that asks how a command line could go on."""


class Tallystick(click.Group):
    """The root command: it imports the others by name, and prints every failure as one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command with this name."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        if cmd_name in STAYING:
            gc.enable()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that *args* name; a mistyped one gets "did you mean"."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(
                error.command_name, possibilities=COMMANDS, ctx=error.ctx
            ) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])

    def main(  # type: ignore[override]  # it always exits
        self, args: Sequence[str] | None = None, **extra: Any
    ) -> NoReturn:
        """Run and exit: 0 done, 1 refused or failed, 2 wrong usage, 130 interrupted."""
        extra["standalone_mode"] = False
        if args is None:  # those of the process, which is ours then
            gc.disable()
            _open_missing_streams()
            os.environ.setdefault(*NO_PLUGINS_OF_PYDANTIC)
        if COMPLETION_VARIABLE in os.environ:
            importlib.import_module("idp.cli.completion")
        if isinstance(sys.stdout, TextIOWrapper):  # not every terminal can show every character
            sys.stdout.reconfigure(errors="backslashreplace")
        status = self._run(args, extra)
        if not gc.isenabled():
            gc.freeze()  # else the interpreter calls it at its end
        sys.exit(status)

    def _run(self, args: Sequence[str] | None, extra: dict[str, Any]) -> int:
        as_json = is_json_wanted(args)
        try:
            result = super().main(args, color=color_choice(), **extra)
        except click.exceptions.Exit as exit_:
            return exit_.exit_code
        except click.Abort as abort:
            if not isinstance(abort.__cause__, EOFError):
                return INTERRUPTED
            return failure_of(abort).print(as_json=as_json)
        except (click.ClickException, TallystickError, UnicodeError, OSError) as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise
            return failure_of(error).print(as_json=as_json)
        return result if isinstance(result, int) else 0


def _open_missing_streams() -> None:
    """Let what the caller has closed (``>&-``) be the null device, as for any other program.

    The next file or connection would get the free number, and with it whatever a library or a child
    writes to its standard output or error.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            lowest_free = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(lowest_free, True)
            setattr(sys, name, os.fdopen(lowest_free, mode, encoding="utf-8"))


@click.group(
    cls=Tallystick,
    params=[config_option()],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="tallystick", prog_name="tallystick")
@click.pass_context
def main(ctx: click.Context) -> None:
    """An AD FS-style SAML federation server with a pluggable second factor.

    Try it: tallystick decide 20348.350
    """
    ctx.ensure_object(Invocation)
