"""How often a password may be wrong: AD FS's soft lock-out, on every network (security figures).

Ten wrong ones lock the name until half an hour after the tenth. As in AD, a pause of half an hour
after any wrong one forgets those before it. Every try is debited before it is checked, as if it
were wrong; a right one clears the account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

WRONG = 10
WINDOW = timedelta(minutes=30)
SETTLING = timedelta(seconds=2)
"""For so long a debited try may still be in the middle of its check, and turn out right."""


@dataclass(frozen=True, slots=True)
class PasswordLimits:
    """The debited tries of one name, and when the last of them was."""

    wrong: int
    last_at: datetime


def debit(limits: PasswordLimits | None, now: datetime) -> PasswordLimits | None:
    """Return the limits with one more try taken off, or None when the name is locked."""
    if limits is None or now - limits.last_at >= WINDOW:
        return PasswordLimits(1, now)
    if limits.wrong >= WRONG:
        return None
    return PasswordLimits(limits.wrong + 1, max(now, limits.last_at))


def may_settle(limits: PasswordLimits, now: datetime) -> bool:
    """Say whether a lock is so fresh that one of the tries that made it may yet clear it.

    So people who give the right password several times at once do not lock themselves out.
    """
    return now - limits.last_at < SETTLING
