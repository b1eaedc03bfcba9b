"""The outbox: mails that wait in the database, each claimed by one worker, and tried again later.

A row is stored in the transaction of the change that it tells of. The changes of a user that wait
together become one mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from idp.notices.occasions import Occasion

WAIT_FOR_MORE = timedelta(seconds=5)
"""How long a change waits, so that changes made together are told in one mail."""

MAX_MAILS_AN_HOUR = 10
"""Mails to one user within an hour of the clock; what happens beyond is told in the next one."""

MAX_OCCASIONS = 50
"""Changes that one mail tells of."""

MAX_TRIES = 8
LEASE = timedelta(minutes=15)
"""How long a worker may take to send a mail before another one tries."""

FIRST_PAUSE = timedelta(minutes=1)
MAX_PAUSE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail that this worker alone may send now; ``tries`` counts this one too.

    ``id`` stays the same at each try: a worker that died may have sent the mail, and a receiver
    knows it again.
    """

    id: str
    user: str
    occasions: tuple[Occasion, ...]
    tries: int


class Outbox(Protocol):
    """The mails that wait."""

    def claim(self, now: datetime) -> WaitingMail | None:
        """Return one mail that is due, for this worker alone until :data:`LEASE` has passed.

        Of a user who had :data:`MAX_MAILS_AN_HOUR`, nothing is due before the next hour.
        """

    def retry(self, mail: WaitingMail, due_at: datetime) -> None:
        """Let a claimed mail be due again at this time."""

    def remove(self, mail: WaitingMail) -> None:
        """Remove a claimed mail that was sent, or cannot be."""


def pause_after(tries: int) -> timedelta | None:
    """Return how long to wait after so many tries, or None if there is no further one.

    A minute at first, then four times as long each time, at most six hours: 18 hours in all.
    """
    if tries >= MAX_TRIES:
        return None
    return min(FIRST_PAUSE * float(4 ** (tries - 1)), MAX_PAUSE)
