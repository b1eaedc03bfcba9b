"""What every worker process does first: read the configuration and make the application."""

from __future__ import annotations

import os
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.app import counters_of, create_app
from idp.assembly import assemble
from idp.config import CONFIG_VARIABLE
from idp.config.reading import load
from idp.counters import NO_COUNTERS, log_and_count
from idp.serving import preloading, shutdown

if TYPE_CHECKING:
    from flask import Flask

    from idp.config.schema import Config


def load_config() -> Config:
    """Read the configuration file that the supervisor named in the environment."""
    return load(Path(os.environ[CONFIG_VARIABLE]))


def make_app(threads: int) -> Flask:
    """Return the application of a worker process that answers so many requests at a time.

    If it cannot be made, log one line that says why and end the process with status 1.
    """
    shutdown.restore_default_signals()
    counters = NO_COUNTERS
    try:
        config = load_config()
        counters = counters_of(config)
        services = assemble(config, counters=counters)
        app = create_app(config, services=services, threads=threads)
    except TallystickError as error:
        log_and_count(
            counters,
            "worker_cannot_start",
            level="critical",
            code=error.code,
            problem=error.problem,
        )
        raise SystemExit(1) from None
    shutdown.terminate_when_parent_dies()
    # atexit functions do not run in a process that multiprocessing forked.
    Finalize(None, services.close, exitpriority=1)
    preloading.settle()
    return app
