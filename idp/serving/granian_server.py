"""The web server process with granian: it listens, and starts and watches the worker processes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from idp import logs
from idp.config import WORKER_THREADS
from idp.serving import shutdown
from idp.serving.body_buffering import BodyBuffer
from idp.serving.plan import processor_count
from idp.serving.supervisor import GRACE_SECONDS
from idp.serving.web_worker import load_config, make_app

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

MAX_REQUESTS = 1000
"""Requests that a worker accepts at a time; further connections wait to be accepted."""

MAX_HEADER_MILLISECONDS = 10_000
"""How long a client may take to send the headers of a request."""


class LogLines(logging.Handler):
    """Writes granian's own messages as lines of our log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        logs.get_logger().error("server", message=record.getMessage())


LOGGING: dict[str, Any] = {
    "handlers": {"lines": {"()": LogLines}},
    "loggers": {"_granian": {"handlers": ["lines"], "propagate": False}},
}


def _make_app() -> WSGIApplication:
    app = make_app()
    return BodyBuffer(app, load_config().proxies, app.extensions["counters"])


def main() -> None:
    """Serve until a signal ends it."""
    config = load_config()
    serve = config.serve
    logs.configure(config.logging.format)
    shutdown.terminate_when_stdin_closes()
    shutdown.hold_signals_while_forking()
    Server(
        "tallystick",
        address=serve.bind,
        port=serve.port,
        interface=Interfaces.WSGI,
        workers=serve.workers or processor_count(),
        blocking_threads=WORKER_THREADS,
        backpressure=MAX_REQUESTS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=MAX_HEADER_MILLISECONDS),
        websockets=False,
        ssl_cert=serve.certificate,
        ssl_key=serve.key,
        ssl_protocol_min=SSLProtocols.tls12,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
        # At the level "warning", every start would warn of the many threads.
        log_level=LogLevels.error,
        log_dictconfig=LOGGING,
    ).serve(target_loader=_make_app, wrap_loader=False)


if __name__ == "__main__":
    main()
