"""How often a client may give a wrong token: counted by the whole farm.

The token is too long to be guessed: this keeps the log short and the guessing hopeless. A client
is never made to wait in a thread.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idp.session.used_once import UsedOnce

WRONG = 10
WINDOW = timedelta(minutes=1)

_KIND = "wrong-token"


class RateLimit:
    """The wrong tokens of each minute, by client address.

    Each takes one of ten places, which can be taken once: parallel ones, on several nodes, get
    ten together.
    """

    def __init__(self, once: UsedOnce) -> None:
        self._once = once

    def judge(self, client: str, now: datetime, *, right: bool) -> bool:
        """Count a wrong token; say whether the client may hear at all what its token was."""
        minute = now.replace(second=0, microsecond=0)
        if right:
            return not self._once.is_used(_KIND, _place(client, minute, WRONG - 1))
        return any(
            self._once.claim(_KIND, _place(client, minute, number), minute + WINDOW, durable=False)
            for number in range(WRONG)
        )


def _place(client: str, minute: datetime, number: int) -> str:
    """Name a place; they are taken in order, so that the last one stands for all."""
    return f"{client} {minute.isoformat()} {number}"
