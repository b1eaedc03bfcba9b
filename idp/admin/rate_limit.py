"""Limits how many wrong tokens a client may send, counted by all nodes of the farm together.

The token is too long to be guessed; the limit keeps the log short. A client above the limit is
refused at once: nothing waits in a thread.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idp.session.used_once import UsedOnce

MAX_WRONG = 10
WINDOW = timedelta(minutes=1)

_KIND = "wrong-token"


class RateLimit:
    """Counts the wrong tokens of each client address in each minute of the clock.

    Each wrong token takes one of :data:`MAX_WRONG` places. A place can be taken once, so parallel
    requests at several nodes get :data:`MAX_WRONG` together.
    """

    def __init__(self, once: UsedOnce) -> None:
        self._once = once

    def admits(self, client: str, now: datetime, *, right: bool) -> bool:
        """Return whether the client may be told if its token was *right*; count a wrong one."""
        minute = now.replace(second=0, microsecond=0)
        if right:
            return not self._once.is_used(_KIND, _place(client, minute, MAX_WRONG - 1))
        return any(
            self._once.claim(_KIND, _place(client, minute, number), minute + WINDOW, durable=False)
            for number in range(MAX_WRONG)
        )


def _place(client: str, minute: datetime, number: int) -> str:
    """Return the key of a place. Places are taken in order: with the last one taken, all are."""
    return f"{client} {minute.isoformat()} {number}"
