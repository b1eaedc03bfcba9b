"""How a command that fails says so: one line of text, or with ``--json`` one JSON object."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import click

from adapter.errors import TallystickError
from idp.cli.output import printable


@dataclass(frozen=True, slots=True)
class Failure:
    """What is wrong and what to do, without full stops, with its code and the exit status.

    If there are ``faults``, they are printed instead: each has a place, a problem and its own code.
    """

    code: str
    problem: str
    remedy: str = ""
    status: int = 1
    faults: Sequence[Mapping[str, str]] = ()

    def print(self, *, as_json: bool) -> int:
        """Print it on standard error, and return the exit status."""
        if as_json:
            told = {"error": self.code, "problem": self.problem, "remedy": self.remedy}
            found = {"faults": list(self.faults)} if self.faults else {}
            print(json.dumps(told | found), file=sys.stderr)
        else:
            for line in self._lines():
                print(f"tallystick: {printable(' '.join(line.split()))}", file=sys.stderr)
        return self.status

    def _lines(self) -> Iterator[str]:
        for fault in self.faults:
            of_name = f" ({fault['name']})" if fault["name"] else ""
            yield f"{fault['place']}{of_name}: {_sentence(fault['problem'])} [{fault['code']}]"
        if not self.faults:
            yield self._line

    @property
    def _line(self) -> str:
        sentences = " ".join(_sentence(text) for text in (self.problem, self.remedy) if text)
        return f"{sentences} [{self.code}]" if self.code else sentences


def is_json_wanted(args: Sequence[str] | None) -> bool:
    """Return whether the command line has ``--json``, also one that cannot be understood."""
    words = list(sys.argv[1:] if args is None else args)
    return "--json" in (words[: words.index("--")] if "--" in words else words)


def failure_of(error: Exception) -> Failure:
    """Return what is said of an error that ended a command."""
    match error:
        case click.UsageError():
            return _usage(error)
        case click.ClickException():
            return Failure("", error.format_message(), status=error.exit_code)
        case TallystickError():
            faults = getattr(error, "placed_faults", ())
            return Failure(error.code, error.problem, error.remedy, faults=faults)
        case UnicodeError():
            return Failure("no_text", "An argument or a file is not UTF-8 text", "Save it in UTF-8")
        case OSError(filename=None):
            return Failure("system", str(error), "Try again")
        case OSError():
            problem = f"{error.filename}: {error.strerror}"
            return Failure("file", problem, "Check the path and its permissions")
        case _:
            return Failure(
                "input_ended", "The input ended too early", "Enter what the command asks for"
            )


def _usage(error: click.UsageError) -> Failure:
    command = error.ctx.command_path if error.ctx else "tallystick"
    problem = error.format_message()
    if isinstance(error, click.exceptions.NoArgsIsHelpError):  # its message is the whole help
        problem = "A command is missing"
    return Failure("usage", problem.rstrip("."), f"See {command} --help", error.exit_code)


def _sentence(text: str) -> str:
    return text if text.endswith(("?", "?)")) else f"{text.rstrip('.')}."
