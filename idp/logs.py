"""Structured log lines on standard error: one JSON object a line, every value inside its field.

A server writes thousands of JSON lines a minute, so they are written here directly. The look for
people at a terminal is structlog's, which is loaded for that look alone; its global configuration
is left alone, since it belongs to the program that imports this one.
"""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
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


def get_logger() -> Any:
    """Return the logger: call ``info(event, **fields)`` with an event name in snake_case."""
    return _JSON if _writing.style == "json" else _console()


class _Lines:
    """Writes each line with one call, to the stream that is configured at that moment."""

    def msg(self, line: str) -> None:
        stream = _writing.stream or sys.stderr
        stream.write(f"{line}\n")
        stream.flush()

    info = warning = error = critical = msg


_LINES = _Lines()


class _JsonLogger:
    """Writes each line as a JSON object: its fields, then what, how bad and when.

    What JSON does not know is written as Python shows it.
    """

    def __init__(self) -> None:
        self._encode = json.JSONEncoder(default=repr).encode
        self.info, self.warning, self.error, self.critical = (
            partial(self._write, level) for level in ("info", "warning", "error", "critical")
        )

    def debug(self, event: str, /, **fields: Any) -> None:
        """Write nothing: this level is too detailed."""

    def _write(self, level: str, event: str, /, **fields: Any) -> None:
        fields |= {"event": event, "level": level, "timestamp": _now()}
        line = self._encode(fields)
        if "\\" in line:  # JSON escapes whatever may have to be escaped before, and more
            line = self._encode(_escaped(fields))
        _LINES.msg(line)


_JSON = _JsonLogger()


@cache
def _console() -> Any:
    import structlog

    return structlog.wrap_logger(
        _LINES,
        processors=(
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            lambda _logger, _method, event: _escaped(dict(event)),
            structlog.dev.ConsoleRenderer(colors=False, sort_keys=False),
        ),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        context_class=dict,
    ).bind()


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def _escaped(fields: dict[str, Any]) -> dict[str, Any]:
    """Keep line breaks and escape sequences from leaving their field, on a console too."""
    for name, value in fields.items():
        if isinstance(value, str) and not value.isprintable():
            fields[name] = value.encode("unicode_escape").decode()
    return fields
