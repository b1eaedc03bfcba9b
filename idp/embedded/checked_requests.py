"""What the embedded web server checks of a request before the application gets it.

It serves the demo and the pytest plugin, on werkzeug's server, whose WSGI environment has lost how
header names were spelt. The handler puts the lines into the environment (:data:`HEADER_LINES`);
:class:`CheckedRequests` looks at them and reads the body, as every web server of ours does.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from idp.counters import NO_COUNTERS
from idp.web.body_limits import MAX_BODY_LENGTH, seconds_allowed
from idp.web.edge_refusals import BODY_INCOMPLETE, BODY_TOO_SLOW, EdgeRefusal
from idp.web.request_headers import CHECKED, body_length, refusal_of

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HEADER_LINES = "tallystick.header_lines"
"""The key under which the handler of a request puts its header lines into the environment."""

MIN_WAIT_SECONDS = 0.001
"""A socket takes a time of 0 for "do not wait at all"."""


class CheckedRequests:
    """WSGI middleware: passes on requests with proper header lines, whose body is whole.

    *body_seconds* is how long a whole body may take. Each connection has a thread of its own here,
    so that a slow one takes no place from others.
    """

    def __init__(self, app: WSGIApplication, body_seconds: float) -> None:
        self._app = app
        self._body_seconds = body_seconds

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        lines = environ.pop(HEADER_LINES)
        refusal = refusal_of(lines) or self._read_body(environ, body_length(lines))
        if refusal is not None:
            refusal.log(NO_COUNTERS, environ.get("REMOTE_ADDR", ""))
            path = environ.get("PATH_INFO", "")
            start_response(refusal.status_line, refusal.headers(path))
            return [refusal.body(path)]
        environ[CHECKED] = True
        return self._app(environ, start_response)

    def _read_body(self, environ: WSGIEnvironment, length: int) -> EdgeRefusal | None:
        """Read the body whole; one that is too large is left to the application to refuse."""
        if not 0 < length <= MAX_BODY_LENGTH:
            return None
        connection: socket.socket = environ["werkzeug.socket"]
        body, began, usual = bytearray(), time.monotonic(), connection.gettimeout()
        try:
            while len(body) < length:
                left = began + seconds_allowed(len(body), self._body_seconds) - time.monotonic()
                connection.settimeout(max(left, MIN_WAIT_SECONDS))
                part = environ["wsgi.input"].read1(length - len(body))
                if not part:
                    return BODY_INCOMPLETE
                body += part
        except TimeoutError:
            return BODY_TOO_SLOW
        finally:
            connection.settimeout(usual)
        environ["wsgi.input"] = io.BytesIO(body)
        return None
