"""Structured log lines on standard error: one object a line, every value inside its field.

They are set up beside structlog's own configuration, which belongs to the program we run in.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

import structlog


@dataclass
class _Writing:
    style: str = "json"
    stream: TextIO | None = None
    observer: Callable[[Mapping[str, Any]], None] | None = None


_writing = _Writing()


def configure(style: str = "json", stream: TextIO | None = None) -> None:
    """Write lines as ``json`` or, for people at a terminal, as ``console``.

    Without a *stream*, they go to what is standard error when they are written.
    """
    _writing.style, _writing.stream = style, stream


def observe(observer: Callable[[Mapping[str, Any]], None] | None) -> None:
    """Have *observer* called with each line before it is written: ``event`` and its fields."""
    _writing.observer = observer


def get_logger() -> Any:
    """Return the logger; call with an event name in snake_case and plain fields."""
    return _LOGGERS[_writing.style]


class _Lines:
    """Writes each line in one piece, to wherever lines go at that moment."""

    def msg(self, line: str) -> None:
        stream = _writing.stream or sys.stderr
        stream.write(f"{line}\n")
        stream.flush()

    info = warning = error = critical = msg


def _tell_observer(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    if _writing.observer is not None:
        _writing.observer(event)
    return event


def _escape_controls(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Keep line breaks and escape sequences from leaving their field, on a console too."""
    return {
        key: value.encode("unicode_escape").decode() if _has_controls(value) else value
        for key, value in event.items()
    }


def _has_controls(value: Any) -> bool:
    return isinstance(value, str) and not value.isprintable()


_FIRST = (
    _tell_observer,
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
