"""Limits how many wrong tokens a client may send, counted by all nodes of the farm together.

The token is too long to be guessed; the limit keeps the log short. A client above the limit is
refused at once: nothing waits in a thread. The right token is never counted and never refused, so
that nobody who shares an address with the administrator can keep the administrator out.
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

    def count_wrong(self, client: str, now: datetime) -> bool:
        """Count a wrong token; return whether the client is still below the limit."""
        minute = now.replace(second=0, microsecond=0)
        return any(
            self._once.claim(_KIND, _place(client, minute, number), minute + WINDOW, durable=False)
            for number in range(MAX_WRONG)
        )


def _place(client: str, minute: datetime, number: int) -> str:
    """Return the key of a place."""
    return f"{client} {minute.isoformat()} {number}"
