"""Web servers in threads of this process: quick to start, clean to stop, with TLS if wanted.

The demo and the pytest plugin use them, on werkzeug's threaded server. For real use there is
:mod:`idp.serving`.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from idp.embedded.checked_requests import HEADER_LINES, CheckedRequests
from idp.sockets import port_of
from idp.web.body_limits import BODY_SECONDS

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

IDLE_SECONDS = 60
"""How long a connection may send nothing; a phone that waits for a request sends nothing for 25."""


class ThreadedServer:
    """One application behind one listening socket; each connection has a thread."""

    def __init__(
        self,
        listener: socket.socket,
        app: WSGIApplication,
        tls: ssl.SSLContext | None = None,
        *,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        """*body_seconds* is how long the body of a request may take."""
        host = listener.getsockname()[0]
        self._server = _WsgiServer(
            host,
            port_of(listener),
            CheckedRequests(app, body_seconds),
            _Handler,
            fd=listener.fileno(),
            tls=tls,
        )
        listener.close()  # the server has duplicated it
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True
        )

    @property
    def port(self) -> int:
        """The port at which it listens."""
        return self._server.port

    def start(self) -> None:
        """Serve until :meth:`stop` is called."""
        self._thread.start()

    def stop(self) -> None:
        """Accept no more connections. Running requests end in their own threads."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _WsgiServer(ThreadedWSGIServer):
    def __init__(self, *args: Any, tls: ssl.SSLContext | None, **options: Any) -> None:
        super().__init__(*args, **options)
        if tls is not None:
            # The handshake takes place in the connection's own thread: a browser that connects
            # in advance and sends nothing would block all other connections.
            self.socket = tls.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )
            self.ssl_context = tls

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore broken connections; errors of views are handled by the application."""


class _Handler(WSGIRequestHandler):
    """Writes no log line for each request."""

    timeout = IDLE_SECONDS
    # Headers and body are two writes; Nagle's algorithm would delay the second.
    disable_nagle_algorithm = True
    log: Callable[..., None] = lambda *_: None

    def make_environ(self) -> WSGIEnvironment:
        """Return the WSGI environment, with the header lines as they came."""
        return {**super().make_environ(), HEADER_LINES: self.headers.items()}

    def version_string(self) -> str:
        """Return the Server header, without a version."""
        return "Tallystick"
