"""The web server process with granian: it listens, and starts and watches the worker processes."""

from __future__ import annotations

import logging
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from granian.constants import HTTPModes, Interfaces, Loops, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from idp import logs
from idp.collector import paused_collector
from idp.config import WORKER_THREADS
from idp.operating_system import allow_open_files, memory_bytes
from idp.serving import preloading, shutdown
from idp.serving.asgi_bridge import AsgiBridge
from idp.serving.planning import count_workers
from idp.serving.request_bodies import BodyReader
from idp.serving.supervisor import GRACE_SECONDS
from idp.serving.web_worker import load_config, make_app, prepare_app

if TYPE_CHECKING:
    from idp.services import Services

LOOP = Loops.uvloop if find_spec("uvloop") else Loops.asyncio
"""The event loop: the faster one where there is one, which is everywhere but on Windows."""

MAX_CONNECTIONS = 4000
"""Connections that a worker accepts at a time; further ones wait to be accepted."""

OTHER_FILES = 300
"""Files that a worker has open besides its connections: mostly the database, in many threads."""

MAX_THREADS = 2400
"""Requests that a worker serves at a time: half may be phones that wait (:mod:`idp.admission`).

A thread is made when it is needed.
"""
THREAD_BYTES = 128 * 1024
"""What a thread that waits takes of memory."""
SHARE_OF_MEMORY = 1 / 8
"""Of the machine, for the threads of all workers."""

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


def threads_for(memory: int | None, workers: int) -> int:
    """Return how many threads each worker may have, on a machine with so many bytes of memory."""
    if memory is None:
        return WORKER_THREADS
    fitting = int(memory * SHARE_OF_MEMORY / THREAD_BYTES / workers)
    return max(WORKER_THREADS, min(MAX_THREADS, fitting))


def _make_app(threads: int) -> AsgiBridge:
    app = make_app(threads)
    services: Services = app.extensions["tallystick"]
    return AsgiBridge(
        app,
        BodyReader(
            app.extensions["proxies"],
            services.admission.bodies,
            services.config.serve.body_seconds,
        ),
        threads=threads,
        # By then granian has installed its handlers of signals. Before, there is nobody to send
        # home, and uvloop takes the wake-up descriptor for itself whenever it begins to run.
        on_first_request=partial(shutdown.call_on_signal, services.ending.close),
        counters=services.counters,
    )


def main() -> None:
    """Serve until a signal ends it."""
    config = load_config()
    serve = config.serve
    logs.configure(config.logging.format)
    shutdown.hold_signals_while_forking()
    workers, files = count_workers(serve, "granian"), allow_open_files()
    threads = serve.threads or threads_for(memory_bytes(), workers)
    with paused_collector(keeps=True):
        preloading.load_modules()
        prepare_app(threads)
    server = Server(
        "tallystick",
        address=serve.bind,
        port=serve.port,
        interface=Interfaces.ASGI,
        workers=workers,
        loop=LOOP,
        backpressure=min(MAX_CONNECTIONS, max(WORKER_THREADS, files - OTHER_FILES)),
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
    server.serve(target_loader=partial(_make_app, threads), wrap_loader=False)


if __name__ == "__main__":
    main()
