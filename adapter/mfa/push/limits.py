"""How many unanswered pushes a user may be sent (security figures, "pushes")."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

OUTSTANDING = 5
WINDOW = timedelta(minutes=10)
PAUSE = timedelta(minutes=10)
LOOK_BACK = WINDOW + PAUSE
"""Pushes older than this cannot matter any more."""


def paused_until(sent: Sequence[datetime], now: datetime) -> datetime | None:
    """Return until when no push goes out, or None when one may.

    *sent* are the times of the pushes that were not approved, in any order: five of them within
    ten minutes pause the pushes for ten minutes from the fifth.
    """
    newest = sorted(sent)[-OUTSTANDING:]
    if len(newest) < OUTSTANDING or newest[-1] - newest[0] > WINDOW:
        return None
    until = newest[-1] + PAUSE
    return until if now < until else None
