"""What administrators do about users who are blocked or at risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from adapter.clock import Clock
from adapter.errors import TallystickError
from adapter.mfa.protection.block import BLOCK_FOR, BY_ADMINISTRATOR, Block, is_in_force
from adapter.mfa.protection.store import ProtectionStore, Standing


class BadBlock(TallystickError):
    """Raised for a block that would end before it begins."""

    code = "bad_block"


class Protection:
    """The blocks and risks over a store."""

    def __init__(self, store: ProtectionStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def standing_of(self, user: str) -> Standing:
        """Return the block that is in force, and the risk, of *user*."""
        return self._now(self._store.standing_of(user))

    def standings(self) -> Mapping[str, Standing]:
        """Return the standing of each user who is blocked now or at risk."""
        found = {user: self._now(each) for user, each in self._store.standings().items()}
        return {user: each for user, each in found.items() if each != Standing()}

    def is_blocked(self, user: str) -> bool:
        """Say whether every second factor of *user* is denied now."""
        return is_in_force(self._store.standing_of(user).block, self._clock.now())

    def block(self, user: str, until: datetime | None = None) -> Block:
        """Deny every second factor of *user*, for 90 days or *until* then; replaces a block.

        Raises :class:`BadBlock`.
        """
        now = self._clock.now()
        block = Block(now, until or now + BLOCK_FOR, BY_ADMINISTRATOR)
        if block.until <= now:
            raise BadBlock("The block would have ended already", "Give a time in the future")
        self._store.block(user, block)
        return block

    def unblock(self, user: str) -> bool:
        """Lift the block of *user*; return False if there is none."""
        return self._store.unblock(user, self._clock.now())

    def dismiss_risk(self, user: str) -> bool:
        """Forget the risk of *user*; return False if there is none."""
        return self._store.dismiss_risk(user)

    def _now(self, standing: Standing) -> Standing:
        if is_in_force(standing.block, self._clock.now()):
            return standing
        return replace(standing, block=None)
