"""The host process with waitress, for machines on which granian does not run."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

from waitress.server import create_server

from idp import logs
from idp.authenticator import THREADS
from idp.serving import shutdown
from idp.serving.supervisor import GRACE_SECONDS
from idp.serving.worker import make_app, settings

if TYPE_CHECKING:
    from types import FrameType

CONNECTIONS = 1000


class Host:
    """Waitress's loop, ended so that whoever was let in gets an answer."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._is_ending = False

    def run(self) -> None:
        """Serve until a signal comes, then until everybody has been answered."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end)
        while not self._is_ending:
            self._turn()
        self._server.del_channel()
        self._server.socket.close()
        self._turn()
        deadline = time.monotonic() + GRACE_SECONDS
        while self._answers_somebody() and time.monotonic() < deadline:
            self._turn()
        self._server.task_dispatcher.shutdown()

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self._is_ending = True
        self._server.pull_trigger()

    def _turn(self) -> None:
        self._server.asyncore.loop(timeout=1, map=self._server._map, use_poll=True, count=1)

    def _answers_somebody(self) -> bool:
        return any(
            channel.requests or channel.request or channel.total_outbufs_len
            for channel in self._server.active_channels.values()
        )


def main() -> None:
    """Serve until told to end; waitress gives a thread whole requests only."""
    config = settings()
    logs.configure(config.logging.format)
    shutdown.end_with_standard_input()
    app = make_app()
    server = create_server(
        app,
        host=config.serve.bind,
        port=config.serve.port,
        threads=THREADS,
        connection_limit=CONNECTIONS,
        ident=None,
        clear_untrusted_proxy_headers=False,  # who is believed is decided in one place, idp.web.app
    )
    Host(server).run()


if __name__ == "__main__":
    main()
