"""Structured log lines on standard error: one JSON object a line, every value inside its field."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
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

    def info(self, event: str, **fields: Any) -> None:
        """Write what happens in normal operation."""
        _write("info", event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Write what an administrator should know of."""
        _write("warning", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        """Write what failed."""
        _write("error", event, fields)

    def critical(self, event: str, **fields: Any) -> None:
        """Write why a process ends."""
        _write("critical", event, fields)


_LOGGER = Logger()


def get_logger() -> Logger:
    """Return the logger: call ``info(event, **fields)`` with an event name in snake_case."""
    return _LOGGER


def _write(level: str, event: str, fields: Mapping[str, Any]) -> None:
    """Write a line with one call, to the stream that is configured at this moment."""
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    escaped = {name: _without_controls(value) for name, value in fields.items()}
    as_text = _as_json if _writing.style == "json" else _for_people
    stream = _writing.stream or sys.stderr
    stream.write(f"{as_text(now, level, event, escaped)}\n")
    stream.flush()


def _without_controls(value: Any) -> Any:
    """Keep line breaks and escape sequences from leaving their field, on a console too."""
    if isinstance(value, str) and not value.isprintable():
        return value.encode("unicode_escape").decode()
    return value


_JSON = json.JSONEncoder(default=repr)


def _as_json(now: str, level: str, event: str, fields: Mapping[str, Any]) -> str:
    return _JSON.encode({**fields, "event": event, "level": level, "timestamp": now})


_QUOTED = frozenset(" \t=\"'")
"""A text with one of them stands in quotation marks, so that one sees where it ends."""


def _for_people(now: str, level: str, event: str, fields: Mapping[str, Any]) -> str:
    values = (f"{name}={_shown(value)}" for name, value in fields.items())
    return f"{now} [{level:9}] {event:30} {' '.join(values)}".rstrip(" ")


def _shown(value: Any) -> str:
    return value if isinstance(value, str) and _QUOTED.isdisjoint(value) else repr(value)
