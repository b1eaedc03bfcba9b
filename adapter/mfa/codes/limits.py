"""How often a code may be wrong before codes are locked (docs/security.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MAX_WRONG_IN_A_ROW = 10
MAX_WRONG_IN_ALL = 100
"""After this many, codes stay locked until an administrator unlocks the user."""

FIRST_LOCK = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class CodeLimits:
    """The wrong codes of one user since the last right one or an administrator's unlock."""

    wrong: int = 0
    locked_until: datetime | None = None


def is_locked(limits: CodeLimits, now: datetime) -> bool:
    """Say whether every code is refused now, right or wrong."""
    if limits.wrong >= MAX_WRONG_IN_ALL:
        return True
    return limits.locked_until is not None and now < limits.locked_until


def debit(limits: CodeLimits, now: datetime) -> CodeLimits:
    """Return the limits after one attempt, counted as wrong before it is checked.

    Every tenth wrong code locks: for 15 minutes at first, then twice as long each time.
    """
    wrong = limits.wrong + 1
    if wrong % MAX_WRONG_IN_A_ROW:
        return replace(limits, wrong=wrong)
    doublings = wrong // MAX_WRONG_IN_A_ROW - 1
    return CodeLimits(wrong=wrong, locked_until=now + FIRST_LOCK * 2**doublings)
