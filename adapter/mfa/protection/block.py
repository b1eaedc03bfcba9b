"""A block: every second factor of a user is denied without asking, until it ends or is lifted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

BLOCKED = "user_blocked"
"""The code of every refusal while a block is in force."""

BLOCK_FOR = timedelta(days=90)
"""How long a block lasts, unless an administrator says otherwise or lifts it."""

BY_ADMINISTRATOR = "administrator"
BY_REPORT = "report"


@dataclass(frozen=True, slots=True)
class Block:
    """One block; ``by`` is ``administrator`` or ``report``."""

    since: datetime
    until: datetime
    by: str


def is_in_force(block: Block | None, now: datetime) -> bool:
    """Say whether second factors are denied now."""
    return block is not None and now < block.until


def block_by_report(before: Block | None, now: datetime) -> Block:
    """Return the block after a report; one that lasts longer already stays."""
    new = Block(now, now + BLOCK_FOR, BY_REPORT)
    return before if before is not None and before.until >= new.until else new
