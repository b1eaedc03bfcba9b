"""The web server process with granian: it listens, and starts and watches the worker processes."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from granian.constants import HTTPModes, Interfaces, Loops, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from idp import logs
from idp.config import WORKER_THREADS
from idp.serving import preloading, shutdown
from idp.serving.asgi_bridge import AsgiBridge
from idp.serving.planning import count_workers
from idp.serving.request_bodies import BodyReader
from idp.serving.supervisor import GRACE_SECONDS
from idp.serving.web_worker import load_config, make_app

if TYPE_CHECKING:
    from idp.services import Services

MAX_CONNECTIONS = 1000
"""Connections that a worker accepts at a time; further ones wait to be accepted."""

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


def _make_app() -> AsgiBridge:
    app = make_app()
    services: Services = app.extensions["tallystick"]
    return AsgiBridge(
        app,
        BodyReader(
            app.extensions["proxies"],
            services.admission.bodies,
            services.config.serve.body_seconds,
        ),
        threads=WORKER_THREADS,
        # When the event loop runs, granian has installed its handlers of signals.
        on_startup=partial(shutdown.call_on_signal, services.ending.close),
        counters=services.counters,
    )


def main() -> None:
    """Serve until a signal ends it."""
    config = load_config()
    serve = config.serve
    logs.configure(config.logging.format)
    preloading.preload()
    shutdown.hold_signals_while_forking()
    server = Server(
        "tallystick",
        address=serve.bind,
        port=serve.port,
        interface=Interfaces.ASGI,
        workers=count_workers(serve, "granian"),
        loop=Loops.asyncio,
        backpressure=MAX_CONNECTIONS,
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
    )
    # On Windows no handler of a signal runs while granian waits for something to do.
    shutdown.end_when_stdin_closes(server.signal_handler_interrupt)
    server.serve(target_loader=_make_app, wrap_loader=False)


if __name__ == "__main__":
    main()
