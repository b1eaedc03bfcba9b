"""The web server process with waitress, for machines on which granian does not run."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

from waitress.server import create_server

from idp import logs
from idp.config import WORKER_THREADS
from idp.operating_system import ENDING_SIGNALS, MAX_SELECTED_SOCKETS, end_this_process
from idp.serving import shutdown
from idp.serving.supervisor import GRACE_SECONDS
from idp.serving.waitress_bodies import WaitingBodies
from idp.serving.waitress_idle import IdleConnections
from idp.serving.waitress_requests import Channel
from idp.serving.web_worker import load_config, make_app

if TYPE_CHECKING:
    from types import FrameType

    from idp.services import Services

SPARE_CONNECTIONS = 100
"""How many more waitress accepts, so that a newcomer is let in before another one is closed."""
MAX_CONNECTIONS = (MAX_SELECTED_SOCKETS or 1110) - SPARE_CONNECTIONS - 10
"""Beyond these, one that is idle is closed for each new one (:mod:`idp.serving.waitress_idle`).

The server has a few sockets of its own.
"""
TURN_SECONDS = 0.25
"""How long the loop waits for something to happen before it looks for bodies that are overdue."""


class GracefulLoop:
    """Waitress's loop; after a signal it goes on until the running requests are answered."""

    def __init__(self, server: Any, bodies: WaitingBodies) -> None:
        self._server = server
        self._bodies = bodies
        self._idle = IdleConnections(server.active_channels, MAX_CONNECTIONS)
        self._is_ending = False

    def run(self) -> None:
        """Serve until a signal arrives, then answer what has begun, within the time of grace."""
        for number in ENDING_SIGNALS:
            signal.signal(number, self._on_signal)
        while not self._is_ending:
            self._turn()
        self._server.del_channel()
        self._server.socket.close()
        self._turn()
        deadline = time.monotonic() + GRACE_SECONDS
        while self._has_running_requests() and time.monotonic() < deadline:
            self._turn()
        self._server.task_dispatcher.shutdown()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._is_ending = True
        self._server.pull_trigger()

    def _turn(self) -> None:
        self._server.asyncore.loop(
            timeout=TURN_SECONDS, map=self._server._map, use_poll=True, count=1
        )
        self._bodies.refuse_overdue()
        self._idle.close_some()

    def _has_running_requests(self) -> bool:
        return any(
            channel.requests or channel.request or channel.total_outbufs_len
            for channel in self._server.active_channels.values()
        )


def main() -> None:
    """Serve until a signal ends it."""
    config = load_config()
    logs.configure(config.logging.format)
    shutdown.end_when_stdin_closes(end_this_process)
    threads = config.serve.threads or WORKER_THREADS
    app = make_app(threads)
    server = create_server(
        app,
        host=config.serve.bind,
        port=config.serve.port,
        threads=threads,
        connection_limit=MAX_CONNECTIONS + SPARE_CONNECTIONS,
        ident=None,
        clear_untrusted_proxy_headers=False,  # idp.web.proxies decides which proxies are believed
    )
    services: Services = app.extensions["tallystick"]
    shutdown.call_on_signal(services.ending.close)
    bodies = WaitingBodies(
        app.extensions["proxies"], services.admission.bodies, config.serve.body_seconds
    )
    Channel.counters, Channel.bodies = services.counters, bodies
    server.channel_class = Channel
    GracefulLoop(server, bodies).run()


if __name__ == "__main__":
    main()
