"""The application as each process that answers requests makes it for itself."""

from __future__ import annotations

import os
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.app import create_app
from idp.config import schema
from idp.config.reading import load
from idp.logs import get_logger
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
    try:
        app = create_app(settings())
    except TallystickError as error:
        get_logger().critical("worker_cannot_start", code=error.code, problem=error.problem)
        raise SystemExit(1) from None
    services = app.extensions["tallystick"]
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
