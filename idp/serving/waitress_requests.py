"""How waitress reads requests for us: header lines are checked, and no body takes for ever.

Waitress reads a whole request in its one loop before a thread gets it, so that a slow body holds no
thread. It drops header names with ``_`` and joins the lines of one name; here such requests are
refused, as by every web server of ours (:mod:`idp.web.request_headers`).
"""

from __future__ import annotations

import socket
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError, get_header_lines
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import Error

from idp.counters import NO_COUNTERS, Counters
from idp.serving.waitress_bodies import WaitingBodies
from idp.web.edge_refusals import BODY_INCOMPLETE, EdgeRefusal
from idp.web.request_headers import CHECKED, HeaderLine, mapping_of, refusal_of


class RefusalError(Error):  # type: ignore[misc]  # waitress has no types
    """A refusal in the form in which waitress sends errors."""

    def __init__(self, refusal: EdgeRefusal, path: str) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.path = path

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Return status, headers and body."""
        headers = self.refusal.headers(self.path)
        sent = [each for each in headers if each[0] != "Content-Length"]
        return self.refusal.status_line, sent, self.refusal.body(self.path)


class CheckedParser(HTTPRequestParser):  # type: ignore[misc]  # likewise
    """Reads one request, and refuses header lines that WSGI could not tell apart."""

    lines: tuple[HeaderLine, ...] = ()
    target = b""
    """The target of the request line, once that has been read."""
    refusal: EdgeRefusal | None = None

    def parse_header(self, header_plus: bytes) -> None:
        """Check the lines before waitress makes a mapping of them."""
        first, _, rest = header_plus.partition(b"\r\n")
        self.target = b"".join(first.split(b" ")[1:2])
        parts = (line.partition(b":") for line in get_header_lines(rest))
        self.lines = tuple(
            (name.decode("latin-1"), value.strip(b" \t").decode("latin-1"))
            for name, _colon, value in parts
        )
        self.refuse(refusal_of(self.lines))
        if self.refusal is not None:
            raise ParsingError(self.refusal.code)
        super().parse_header(header_plus)

    def received(self, data: bytes) -> int:
        """Take what has arrived; return how many bytes of it belong to this request."""
        consumed: int = super().received(data)
        self.refuse(self.refusal)
        return consumed

    def refuse(self, refusal: EdgeRefusal | None) -> None:
        """Answer this request with *refusal* instead of running it."""
        if refusal is not None:
            path = self.target.decode("latin-1")
            self.refusal, self.error = refusal, RefusalError(refusal, path)
            self.completed, self.expect_continue = True, False


class CheckedTask(WSGITask):  # type: ignore[misc]  # likewise
    """Runs the application."""

    def get_environment(self) -> dict[str, Any]:
        """Return the WSGI environment, with the mark that the header lines were checked."""
        environ: dict[str, Any] = super().get_environment()
        environ[CHECKED] = True
        return environ


class LoggedErrorTask(ErrorTask):  # type: ignore[misc]  # likewise
    """Sends an error, and logs it if it is a refusal of ours."""

    def execute(self) -> None:
        """Send it."""
        refusal: EdgeRefusal | None = self.request.refusal
        if refusal is not None:
            refusal.log(self.channel.counters, self.channel.addr[0])
        super().execute()


class Channel(HTTPChannel):  # type: ignore[misc]  # likewise
    """One connection."""

    task_class = CheckedTask
    error_task_class = LoggedErrorTask
    parser_class = CheckedParser
    counters: Counters = NO_COUNTERS
    bodies: WaitingBodies
    """The bodies that are being read on all connections; the server sets it when it starts."""
    request: Any
    begun = 0
    """How many requests of this connection a thread has begun to answer."""
    _watched: Any = None
    """The request of whose body :attr:`bodies` knows."""

    def handle_read(self) -> None:
        """Read what has arrived; the end of the connection in the middle of a body is an error."""
        if self.is_reading_body() and self._has_ended():
            self.refuse(BODY_INCOMPLETE)
        else:
            super().handle_read()

    def received(self, data: bytes) -> bool:
        """Take what has arrived."""
        has_read: bool = super().received(data)
        if self._watched is not None and self._watched is not self.request:
            self.bodies.end(self)
        self._watched = self.request if self.is_reading_body() else None
        if self._watched is not None:
            self.bodies.read_more(
                self,
                peer=self.addr[0],
                headers=mapping_of(self.request.lines),
                length=self.request.content_length,
                received=self.request.body_bytes_received,
            )
        return has_read

    def service(self) -> None:
        """Answer one request, in a thread; it is counted while it still stands in the queue."""
        self.begun += 1
        super().service()

    def handle_close(self) -> None:
        """Forget the connection, which has ended."""
        self.bodies.end(self)
        super().handle_close()

    def is_reading_body(self) -> bool:
        """Return whether a request has begun whose body is not whole yet."""
        return self.request is not None and self.request.headers_finished

    def refuse(self, refusal: EdgeRefusal) -> None:
        """Answer the request that is being read with *refusal*, after those before it."""
        self.bodies.end(self)
        self._watched = None
        with self.requests_lock:
            request, self.request = self.request, None
            request.refuse(refusal)
            self.requests.append(request)
            if len(self.requests) == 1:
                self.server.add_task(self)

    def _has_ended(self) -> bool:
        try:
            return not self.socket.recv(1, socket.MSG_PEEK)
        except OSError:
            return False
