"""Structured log lines on standard error: one JSON object a line, every value inside its field.

structlog's global configuration is left alone: it belongs to the program that imports this one.
"""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from typing import Any, TextIO

import structlog


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
    return _LOGGERS[_writing.style]


class _Lines:
    """Writes each line with one call, to the stream that is configured at that moment."""

    def msg(self, line: str) -> None:
        stream = _writing.stream or sys.stderr
        stream.write(f"{line}\n")
        stream.flush()

    info = warning = error = critical = msg


def _escape_controls(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Keep line breaks and escape sequences from leaving their field, on a console too."""
    return {
        key: value.encode("unicode_escape").decode() if _has_controls(value) else value
        for key, value in event.items()
    }


def _has_controls(value: Any) -> bool:
    return isinstance(value, str) and not value.isprintable()


_FIRST = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _escape_controls,
)
_PROCESSORS: dict[str, tuple[Any, ...]] = {
    "json": (*_FIRST, structlog.processors.JSONRenderer()),
    "console": (*_FIRST, structlog.dev.ConsoleRenderer(colors=False, sort_keys=False)),
}
_LOGGERS = {
    style: structlog.wrap_logger(
        _Lines(),
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        context_class=dict,
    ).bind()
    for style, processors in _PROCESSORS.items()
}
