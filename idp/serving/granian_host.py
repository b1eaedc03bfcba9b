"""The host process with granian: one that listens and watches, and its workers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from idp import logs
from idp.authenticator import THREADS
from idp.serving import shutdown
from idp.serving.body_buffering import BodyBuffer
from idp.serving.plan import cores
from idp.serving.supervisor import GRACE_SECONDS
from idp.serving.worker import make_app, settings

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

CONCURRENT_REQUESTS = 1000
"""Beyond that, of one worker, connections wait to be accepted."""

SILENCE_MILLISECONDS = 10_000
"""How long a connection may be open without the whole head of a request."""


class Lines(logging.Handler):
    """Granian's own words as lines of our log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        logs.get_logger().error("server", message=record.getMessage())


LOGGING: dict[str, Any] = {
    "handlers": {"lines": {"()": Lines}},
    "loggers": {"_granian": {"handlers": ["lines"], "propagate": False}},
}


def _make_app() -> WSGIApplication:
    app = make_app()
    return BodyBuffer(app, settings().proxies, app.extensions["counters"])


def main() -> None:
    """Serve until told to end."""
    config = settings()
    serve = config.serve
    logs.configure(config.logging.format)
    shutdown.end_with_standard_input()
    shutdown.keep_signals_for_children()
    Server(
        "tallystick",
        address=serve.bind,
        port=serve.port,
        interface=Interfaces.WSGI,
        workers=serve.workers or cores(),
        # Most of these wait for a phone; a thread that waits costs next to nothing.
        blocking_threads=THREADS,
        backpressure=CONCURRENT_REQUESTS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=SILENCE_MILLISECONDS),
        websockets=False,
        ssl_cert=serve.certificate,
        ssl_key=serve.key,
        ssl_protocol_min=SSLProtocols.tls12,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
        # Of its warnings, the one about many threads comes at every start.
        log_level=LogLevels.error,
        log_dictconfig=LOGGING,
    ).serve(target_loader=_make_app, wrap_loader=False)


if __name__ == "__main__":
    main()
