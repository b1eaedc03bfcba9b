"""Structured log lines on standard error: one object a line, every value inside its field."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def configure(style: str = "json") -> None:
    """Write log lines as ``json`` or, for people at a terminal, as ``console``."""
    renderer: Any = structlog.processors.JSONRenderer()
    if style == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=False, sort_keys=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _escape_controls,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def get_logger() -> Any:
    """Return the logger; call with an event name in snake_case and plain fields."""
    return structlog.get_logger("tallystick")


def _escape_controls(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Keep line breaks and escape sequences from leaving their field, on a console too."""
    return {
        key: value.encode("unicode_escape").decode() if _has_controls(value) else value
        for key, value in event.items()
    }


def _has_controls(value: Any) -> bool:
    return isinstance(value, str) and not value.isprintable()
