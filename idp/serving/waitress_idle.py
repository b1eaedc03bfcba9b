"""Connections to waitress on which no request's head has arrived: how long, and how many.

Waitress keeps an idle connection for two minutes and accepts no further one beyond its limit, so
that one client's idle connections would keep everybody else out.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from idp.admission import client_of

HEAD_SECONDS = 10.0
"""How long a connection may wait for the whole head of its next request, as with granian."""

LOOK_SECONDS = 0.5
"""How often overdue connections are looked for."""


class IdleConnections:
    """The idle ones among a server's *channels*, by file number; used by its loop alone.

    Beyond *limit* connections, the client with the most idle ones loses that which waits longest.
    A request between two looks begins the time anew, however quickly it was answered.
    """

    def __init__(
        self, channels: dict[int, Any], limit: int, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._channels = channels
        self._limit = limit
        self._now = now
        self._since: dict[Any, tuple[int, float]] = {}
        self._next_look = now()

    def close_some(self) -> None:
        """Close those that are overdue, and those that are too many."""
        now = self._now()
        if now < self._next_look and len(self._channels) <= self._limit:
            return
        self._next_look = now + LOOK_SECONDS
        idle = [channel for channel in self._channels.values() if _is_idle(channel)]
        self._since = {channel: self._idle_since(channel, now) for channel in idle}
        overdue = [each for each in idle if now - self._since[each][1] >= HEAD_SECONDS]
        for channel in overdue:
            self._close(channel)
        while len(self._channels) > self._limit and self._since:
            held = Counter(client_of(channel.addr[0]) for channel in self._since)
            (client, _), *_ = held.most_common(1)
            mine = (each for each in self._since if client_of(each.addr[0]) == client)
            self._close(min(mine, key=lambda each: self._since[each][1]))

    def _idle_since(self, channel: Any, now: float) -> tuple[int, float]:
        """Return after how many requests, and since when, it is idle."""
        before = self._since.get(channel)
        if before is not None and before[0] == channel.begun:
            return before
        return channel.begun, now

    def _close(self, channel: Any) -> None:
        del self._since[channel]
        channel.handle_close()


def _is_idle(channel: Any) -> bool:
    """Say whether it waits for the head of a request, and has nothing left to send."""
    if channel.requests or channel.total_outbufs_len:
        return False
    return channel.request is None or not channel.request.headers_finished
