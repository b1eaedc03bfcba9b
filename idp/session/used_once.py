"""What may happen once: request ids, time steps of codes, activation codes, nonces."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    pass


class UsedOnce(Protocol):
    """What may happen once."""

    def claim(self, kind: str, key: str, expires_at: datetime, *, durable: bool = True) -> bool:
        """Use up *key* of *kind*; False when it was used before.

        With ``durable`` false, a power cut may give it back.
        """

    def is_used(self, kind: str, key: str) -> bool:
        """Say whether it was used."""
