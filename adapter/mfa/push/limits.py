"""How many unanswered requests a user may be sent: five in ten minutes (docs/security.md)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

MAX_OUTSTANDING = 5
WINDOW = timedelta(minutes=10)
PAUSE = timedelta(minutes=10)
LOOK_BACK = WINDOW + PAUSE
"""Requests older than this no longer count."""


def paused_until(sent: Sequence[datetime], now: datetime) -> datetime | None:
    """Return until when no request may be sent, or None if one may be sent now.

    *sent* are the times of the requests that were not approved, in any order. Five of them within
    ten minutes pause requests for ten minutes from the fifth.
    """
    newest = sorted(sent)[-MAX_OUTSTANDING:]
    if len(newest) < MAX_OUTSTANDING or newest[-1] - newest[0] > WINDOW:
        return None
    until = newest[-1] + PAUSE
    return until if now < until else None
