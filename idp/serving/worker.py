"""The application as each process that answers requests makes it for itself."""

from __future__ import annotations

import os
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.app import assemble, counters_of, create_app
from idp.config import schema
from idp.config.reading import load
from idp.counters import NO_COUNTERS, log_and_count
from idp.serving import shutdown

if TYPE_CHECKING:
    from flask import Flask

CONFIG_VARIABLE = "TALLYSTICK_CONFIG"


def settings() -> schema.Config:
    """Read the configuration that the supervisor named."""
    return load(Path(os.environ[CONFIG_VARIABLE]))


def make_app() -> Flask:
    """Return the application; what keeps it from being made is one line, and ends the process."""
    shutdown.obey_signals()
    counters = NO_COUNTERS
    try:
        config = settings()
        counters = counters_of(config)
        services = assemble(config, counters=counters)
        app = create_app(config, services=services)
    except TallystickError as error:
        log_and_count(
            counters,
            "worker_cannot_start",
            level="critical",
            code=error.code,
            problem=error.problem,
        )
        raise SystemExit(1) from None
    shutdown.end_with_parent()
    shutdown.at_signal(services.ending.close)
    # Of a process that multiprocessing made, atexit knows nothing.
    Finalize(None, services.close, exitpriority=1)
    _forget_headers_of_environment()
    return app


def _forget_headers_of_environment() -> None:
    """Granian copies the environment into each request, where HTTP_PROXY is a header."""
    for name in [name for name in os.environ if name.startswith("HTTP_")]:
        del os.environ[name]
