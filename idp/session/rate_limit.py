"""Limits how often each client may try something, counted by all nodes of the farm together.

For secrets that are too long to be guessed, and for shorter ones that have a limit of their own: it
keeps logs short, and one client from using up what others need. A client above the limit is refused
at once: nothing waits in a thread.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from idp.admission import client_of
from idp.instants import window_begin

if TYPE_CHECKING:
    from idp.session.used_once import UsedOnce


class RateLimit:
    """Counts the tries of each client: an IPv4 address, or the /64 of an IPv6 one.

    Each try takes one of so many places in a window of the clock. A place can be taken once, so
    parallel requests at several nodes get *max_tries* together. *kind* keeps limits apart.
    """

    def __init__(self, once: UsedOnce, kind: str, max_tries: int, window: timedelta) -> None:
        self._once = once
        self._kind = kind
        self._max_tries = max_tries
        self._window = window

    def count(self, address: str, now: datetime) -> bool:
        """Count a try from *address*; return whether its client is still below the limit."""
        begin = window_begin(now, self._window)
        client, end = client_of(address), begin + self._window
        return any(
            self._once.claim(
                self._kind, f"{client} {begin.isoformat()} {number}", end, durable=False
            )
            for number in range(self._max_tries)
        )
