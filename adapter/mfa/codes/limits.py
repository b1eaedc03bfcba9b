"""How often a code may be wrong (security figures, "codes")."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

WRONG_IN_A_ROW = 10
WRONG_IN_ALL = 100
FIRST_LOCK = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class CodeLimits:
    """The wrong codes of one user since the last right one or an administrator's unlock."""

    wrong: int = 0
    locked_until: datetime | None = None


def is_locked(limits: CodeLimits, now: datetime) -> bool:
    """Say whether no code is looked at now."""
    if limits.wrong >= WRONG_IN_ALL:
        return True
    return limits.locked_until is not None and now < limits.locked_until


def debit(limits: CodeLimits, now: datetime) -> CodeLimits:
    """Return the limits with one try taken off, as if it were wrong.

    Every tenth locks: for 15 minutes, then twice as long each time.
    """
    wrong = limits.wrong + 1
    if wrong % WRONG_IN_A_ROW:
        return replace(limits, wrong=wrong)
    doublings = wrong // WRONG_IN_A_ROW - 1
    return CodeLimits(wrong=wrong, locked_until=now + FIRST_LOCK * 2**doublings)
