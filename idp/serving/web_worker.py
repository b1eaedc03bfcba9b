"""The application of a worker process: prepared before the workers are forked, started in each.

What is made before the fork is in memory that all workers share.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.app import build_app, counters_of, start_app
from idp.assembly import assemble
from idp.config import CONFIG_VARIABLE
from idp.config.reading import load
from idp.counters import NO_COUNTERS, Counters, log_and_count
from idp.serving import preloading, shutdown

if TYPE_CHECKING:
    from flask import Flask

    from idp.config.schema import Config
    from idp.services import Services


def load_config() -> Config:
    """Read the configuration file that the supervisor named in the environment."""
    return load(Path(os.environ[CONFIG_VARIABLE]))


@cache
def prepare_app(threads: int) -> Flask:
    """Return the application of a process that answers so many requests at a time, not started.

    A worker that was forked gets the one that was made before; one that was not makes its own. The
    database is closed: neither SQLite nor libpq allows a connection in two processes. Ends the
    process as :func:`make_app` does.
    """
    with _ending_on_error():
        config = load_config()
        services = assemble(config, counters=counters_of(config))
        app = build_app(services, threads=threads)
        services.database.dispose()
    return app


def make_app(threads: int) -> Flask:
    """Return the application of a worker process that answers so many requests at a time, started.

    If that fails, log one line that says why and end the process with status 1.
    """
    shutdown.restore_default_signals()
    app = prepare_app(threads)
    services: Services = app.extensions["tallystick"]
    with _ending_on_error(services.counters):
        start_app(app)
    shutdown.terminate_when_parent_dies()
    # atexit functions do not run in a process that multiprocessing forked.
    Finalize(None, services.close, exitpriority=1)
    preloading.settle()
    return app


@contextmanager
def _ending_on_error(counters: Counters = NO_COUNTERS) -> Iterator[None]:
    try:
        yield
    except TallystickError as error:
        log_and_count(
            counters,
            "worker_cannot_start",
            level="critical",
            code=error.code,
            problem=error.problem,
        )
        raise SystemExit(1) from None
