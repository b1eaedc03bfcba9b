"""Reads the bodies of requests without a thread: only whole ones, within a time, from few at once.

A request that waits for its body holds a place (:mod:`idp.admission`), but no thread. Places bound
the memory, and are shared between the clients: behind a proxy of ours, those that it names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from idp.admission import NoPlace, Room, client_of
from idp.serving.asgi import Receive, Scope
from idp.web.body_limits import MAX_BODY_LENGTH, MAX_SHORT_BODY, SHORT_SECONDS, seconds_allowed
from idp.web.edge_refusals import BODY_INCOMPLETE, BODY_TOO_SLOW, TOO_MANY_BODIES, EdgeRefusal
from idp.web.proxies import Proxies
from idp.web.request_headers import HeaderLine, body_length, mapping_of

ReadBody = Callable[[Scope, list[HeaderLine], Receive], Awaitable[bytes]]
"""Returns the body of a request; raises :class:`Refused`."""


class Refused(Exception):
    """Raised when a request is refused because of its body."""

    def __init__(self, refusal: EdgeRefusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class BodyReader:
    """Reads bodies; *seconds* is how long a whole one may take."""

    def __init__(self, proxies: Proxies, room: Room, seconds: float) -> None:
        self._proxies = proxies
        self._room = room
        self._seconds = seconds

    async def __call__(self, scope: Scope, lines: list[HeaderLine], receive: Receive) -> bytes:
        """Return the body of a request; raises :class:`Refused`.

        One that is too large is not read: the application refuses it by its Content-Length.
        """
        length = body_length(lines)
        if not 0 < length <= MAX_BODY_LENGTH:
            return b""
        peer = (scope.get("client") or ("",))[0]
        context = self._proxies.request_context(peer, mapping_of(lines), "")
        wait = _Wait(self._seconds)
        try:
            async with wait.timeout:
                with self._place(client_of(context.shown_ip), wait, length):
                    return await _read(receive, length, wait)
        except TimeoutError:
            raise Refused(wait.refusal) from None

    @contextmanager
    def _place(self, client: str, wait: _Wait, length: int) -> Iterator[None]:
        """Hold a place inside the block; a short body needs none if it comes at once."""
        try:
            place = self._room.enter(client, wait.give_up)
        except NoPlace:
            if length > MAX_SHORT_BODY:
                raise Refused(TOO_MANY_BODIES) from None
            wait.shorten()
            yield
            return
        try:
            yield
        finally:
            self._room.leave(place)


class _Wait:
    """The wait for one body: when it ends, and as what."""

    def __init__(self, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._seconds = seconds
        self.refusal = BODY_TOO_SLOW
        self.timeout = asyncio.timeout_at(self._began + seconds_allowed(0, seconds))

    def go_on(self, received: int) -> None:
        """Allow the time that so many bytes deserve, unless the wait has to end anyhow."""
        if self.refusal is BODY_TOO_SLOW:
            self._end_at(self._began + seconds_allowed(received, self._seconds))

    def shorten(self) -> None:
        """End the wait very soon: there is no place for it."""
        self.refusal = TOO_MANY_BODIES
        self._end_at(self._began + min(SHORT_SECONDS, self._seconds))

    def give_up(self) -> None:
        """End the wait now: another client gets its place. Called in the loop's thread."""
        self.refusal = TOO_MANY_BODIES
        self._end_at(self._loop.time())

    def _end_at(self, when: float) -> None:
        if not self.timeout.expired():
            self.timeout.reschedule(when)


async def _read(receive: Receive, length: int, wait: _Wait) -> bytes:
    body = bytearray()
    while len(body) < length:
        message = await receive()
        body += message.get("body", b"")
        if len(body) < length and not message.get("more_body", False):
            raise Refused(BODY_INCOMPLETE)
        wait.go_on(len(body))
    return bytes(body)
