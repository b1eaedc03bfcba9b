"""Web servers inside this process: quick to start, clean to stop, with TLS where wanted.

The demo and the pytest fixtures use werkzeug's threaded server; for real use there is
:mod:`idp.serving`.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from idp.sockets import port_of

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

SECONDS_OF_SILENCE = 60
"""How long a connection may keep its thread without a byte; a phone's wait sends none for 25."""


class Server:
    """One application behind one listening socket, served by threads of this process."""

    def __init__(
        self,
        listener: socket.socket,
        app: WSGIApplication,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        host = listener.getsockname()[0]
        self._server = _Threaded(
            host, port_of(listener), app, _Handler, fd=listener.fileno(), tls=tls
        )
        listener.close()  # the server has a duplicate of it
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True
        )

    @property
    def port(self) -> int:
        """The port listened on."""
        return self._server.port

    def start(self) -> None:
        """Serve until :meth:`stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more connections; what is being answered is left to its own thread."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _Threaded(ThreadedWSGIServer):
    def __init__(self, *args: Any, tls: ssl.SSLContext | None, **options: Any) -> None:
        super().__init__(*args, **options)
        if tls is not None:
            # Hands are shaken in the connection's own thread: a browser that connects ahead and
            # then says nothing would keep everybody else out.
            self.socket = tls.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )
            self.ssl_context = tls

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that broke off; views answer for their own faults."""


class _Handler(WSGIRequestHandler):
    """Answers without a line on the terminal for each request."""

    timeout = SECONDS_OF_SILENCE
    # Head and body are two writes; with Nagle's algorithm the second would wait for the client.
    disable_nagle_algorithm = True
    log: Callable[..., None] = lambda *_: None

    def version_string(self) -> str:
        """Say what answers, not which version of it."""
        return "Tallystick"
