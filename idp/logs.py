"""Structured log lines on standard error: one JSON object a line, every value inside its field.

At a terminal they have a look for people. A server writes thousands of lines a minute, and every
command and test loads this module, so the lines are written here directly.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO


@dataclass
class _Writing:
    style: str = "json"
    stream: TextIO | None = None


_writing = _Writing()


def configure(style: str = "json", stream: TextIO | None = None) -> None:
    """Write lines as ``json`` or, for people at a terminal, as ``console``.

    Without a *stream*, each line goes to what ``sys.stderr`` is when the line is written.
    """
    _writing.style, _writing.stream = style, stream


class Logger:
    """Writes one line for each call: an event name in snake_case, and its fields."""

    def info(self, event: str, /, **fields: Any) -> None:
        """Write what happens in normal operation."""
        _write("info", event, fields)

    def warning(self, event: str, /, **fields: Any) -> None:
        """Write what an administrator should know of."""
        _write("warning", event, fields)

    def error(self, event: str, /, **fields: Any) -> None:
        """Write what failed."""
        _write("error", event, fields)

    def critical(self, event: str, /, **fields: Any) -> None:
        """Write why a process ends."""
        _write("critical", event, fields)


_LOGGER = Logger()


def get_logger() -> Logger:
    """Return the logger: call ``info(event, **fields)`` with an event name in snake_case."""
    return _LOGGER


def _write(level: str, event: str, fields: dict[str, Any]) -> None:
    """Write a line with one call, to the stream that is configured at this moment."""
    line = _STYLES[_writing.style](_now(), level, event, fields)
    stream = _writing.stream or sys.stderr
    stream.write(f"{line}\n")
    stream.flush()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _without_controls(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Keep line breaks and escape sequences from leaving their field, on a console too."""
    return {
        name: value.encode("unicode_escape").decode()
        if isinstance(value, str) and not value.isprintable()
        else value
        for name, value in fields.items()
    }


_encode = json.JSONEncoder(default=repr).encode
"""What JSON does not know is written as Python shows it."""


def _as_json(now: str, level: str, event: str, fields: dict[str, Any]) -> str:
    fields |= {"event": event, "level": level, "timestamp": now}
    line = _encode(fields)
    if "\\" not in line:  # JSON escapes whatever may have to be escaped before, and more
        return line
    return _encode(_without_controls(fields))


_QUOTED = frozenset(" \t=\"'")
"""A text with one of them stands in quotation marks, so that one sees where it ends."""


def _for_people(now: str, level: str, event: str, fields: dict[str, Any]) -> str:
    shown = _without_controls(fields).items()
    values = " ".join(f"{name}={_quoted(value)}" for name, value in shown)
    return f"{now} [{level:9}] {event:30} {values}".rstrip(" ")


def _quoted(value: Any) -> str:
    return value if isinstance(value, str) and _QUOTED.isdisjoint(value) else repr(value)


_STYLES: dict[str, Callable[[str, str, str, dict[str, Any]], str]] = {
    "json": _as_json,
    "console": _for_people,
}
