"""Requests that wait for phones: no thread waits with them, one query asks for them all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idp.radius.results import Waiting

SECONDS_BETWEEN_LOOKS = 0.1
MAX_SHARE = 0.1
"""How much of the time may go into looks, however many there are that wait."""

PendingIds = Callable[[frozenset[str]], Awaitable["Mapping[str, tuple[str, ...]] | None"]]
"""Returns for each user the ids of the requests that can be answered now; None if it cannot."""


class PushWaits:
    """What waits, by host and request on the phone. *on_change* is called for what may be over."""

    def __init__(
        self,
        pending_ids: PendingIds,
        now: Callable[[], datetime],
        on_change: Callable[[Waiting], None],
    ) -> None:
        self._pending_ids = pending_ids
        self._now = now
        self._on_change = on_change
        self._waiting: dict[tuple[str, str], Waiting] = {}
        self._has_any = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, waiting: Waiting) -> Waiting | None:
        """Wait, and return the older request for the same answer: its client has given it up."""
        key = (waiting.request.host.name, waiting.challenge)
        older = self._waiting.pop(key, None)
        self._waiting[key] = waiting
        self._has_any.set()
        return older

    async def run(self) -> None:
        """Look at all that waits, again and again, until cancelled."""
        loop, took = asyncio.get_running_loop(), 0.0
        while True:
            await self._has_any.wait()
            await asyncio.sleep(max(SECONDS_BETWEEN_LOOKS, took / MAX_SHARE))
            began = loop.time()
            await self._look()
            took = loop.time() - began

    async def _look(self) -> None:
        waiting = tuple(self._waiting.items())
        pending = await self._pending_ids(frozenset(each.signed_in.user for _, each in waiting))
        if pending is None:
            return
        now = self._now()
        for key, each in waiting:
            is_pending = each.challenge in pending.get(each.signed_in.user, ())
            if is_pending and now < each.until:
                continue
            if self._waiting.get(key) is each:
                del self._waiting[key]
                self._on_change(each)
        if not self._waiting:
            self._has_any.clear()
