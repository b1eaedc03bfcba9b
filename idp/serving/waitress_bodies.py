"""Which waitress connections wait for the body of a request, and when that wait ends.

Waitress reads bodies in its one loop, so that a slow one holds no thread; but each holds memory and
one of the connections. All methods are called by that loop.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from idp.admission import NoPlace, Place, Room, client_of
from idp.web.body_limits import MAX_SHORT_BODY, SHORT_SECONDS, seconds_allowed
from idp.web.edge_refusals import BODY_TOO_SLOW, TOO_MANY_BODIES, EdgeRefusal
from idp.web.proxies import Proxies


class WaitingChannel(Protocol):
    """A connection on which a body is being read."""

    def refuse(self, refusal: EdgeRefusal) -> None:
        """Answer the request with *refusal*."""


@dataclass(slots=True)
class _Wait:
    place: Place | None
    began: float
    received: int = 0


class WaitingBodies:
    """The bodies that are being read; *seconds* is how long a whole one may take."""

    def __init__(self, proxies: Proxies, room: Room, seconds: float) -> None:
        self._proxies = proxies
        self._room = room
        self._seconds = seconds
        self._waits: dict[WaitingChannel, _Wait] = {}

    def read_more(
        self,
        channel: WaitingChannel,
        *,
        peer: str,
        headers: Mapping[str, str],
        length: int,
        received: int,
    ) -> None:
        """Note that so many bytes of a body have arrived, which is not whole yet."""
        if channel not in self._waits and not self._begin(channel, peer, headers, length):
            channel.refuse(TOO_MANY_BODIES)
        elif channel in self._waits:
            self._waits[channel].received = received

    def _begin(
        self, channel: WaitingChannel, peer: str, headers: Mapping[str, str], length: int
    ) -> bool:
        """Take a place, which a short body does without; return whether the body may be read."""
        client = client_of(self._proxies.request_context(peer, headers, "").shown_ip)
        place = None
        try:
            place = self._room.enter(client, lambda: self._give_up(channel))
        except NoPlace:
            if length > MAX_SHORT_BODY:
                return False
        self._waits[channel] = _Wait(place, time.monotonic())
        return True

    def end(self, channel: WaitingChannel) -> None:
        """Note that a body is whole, or that its connection has ended."""
        wait = self._waits.pop(channel, None)
        if wait is not None and wait.place is not None:
            self._room.leave(wait.place)

    def refuse_overdue(self) -> None:
        """Refuse the bodies whose time is up."""
        now = time.monotonic()
        for channel, wait in tuple(self._waits.items()):
            if now >= wait.began + self._allowed(wait):
                self.end(channel)
                channel.refuse(BODY_TOO_SLOW if wait.place is not None else TOO_MANY_BODIES)

    def _allowed(self, wait: _Wait) -> float:
        if wait.place is None:
            return min(SHORT_SECONDS, self._seconds)
        return seconds_allowed(wait.received, self._seconds)

    def _give_up(self, channel: WaitingChannel) -> None:
        self._waits.pop(channel, None)  # another client has its place already
        channel.refuse(TOO_MANY_BODIES)
