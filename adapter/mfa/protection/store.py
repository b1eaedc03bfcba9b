"""The storage that the protection of users needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adapter.mfa.protection.block import Block
from adapter.mfa.protection.risk import Risk


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known against an account: a block, whether or not it has expired, and a risk."""

    block: Block | None = None
    risk: Risk | None = None


class ProtectionStore(Protocol):
    """The blocks and risks of all users."""

    def standing_of(self, user: str) -> Standing:
        """Return the standing of *user*."""

    def standings(self) -> Mapping[str, Standing]:
        """Return the standing of each user who has a block or a risk."""

    def block(self, user: str, block: Block) -> None:
        """Block *user*: requests that are open end, and the user is told, in one transaction."""

    def unblock(self, user: str, now: datetime) -> bool:
        """Lift the block and tell the user; return False if there is none."""

    def dismiss_risk(self, user: str) -> bool:
        """Forget the risk; return False if there is none."""
