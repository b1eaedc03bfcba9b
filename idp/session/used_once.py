"""Storage protocol for what may happen only once: request IDs, codes, activation codes, nonces."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class UsedOnce(Protocol):
    """Remembers which keys were used, until they expire."""

    def claim(self, kind: str, key: str, expires_at: datetime, *, durable: bool = True) -> bool:
        """Use *key* of *kind*; False if it was used before.

        If *durable* is false, a power failure may undo it.
        """

    def number_of(self, kind: str, most: int) -> int:
        """Return how many keys of *kind* are stored, counting no further than *most*."""

    def is_used(self, kind: str, key: str) -> bool:
        """Say whether *key* was used."""

    def expires_at(self, kind: str, key: str) -> datetime | None:
        """Return the expiry with which *key* was used, None if it was not."""
