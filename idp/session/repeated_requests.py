"""Storage protocol for requests that may be sent again: what was asked, and what was answered.

A program that got no answer repeats its request under the same key and gets the answer of the first
one. See :mod:`idp.admin.api.idempotency`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

MAX_PENDING = timedelta(minutes=1)
"""How long a request may be under way; after that, its process is taken to have died."""


@dataclass(frozen=True, slots=True)
class KnownRequest:
    """A request that came before; ``answer`` is None while it is under way."""

    request: str
    answer: str | None


class RepeatedRequests(Protocol):
    """Remembers requests by their key, until they expire."""

    def claim(
        self, key: str, request: str, now: datetime, expires_at: datetime
    ) -> KnownRequest | None:
        """Store that a request begins; of parallel calls with one key, one gets None.

        The others get what is known. One that has been under way for :data:`MAX_PENDING` is taken
        over, and an expired one is forgotten.
        """

    def keep(self, key: str, claimed_at: datetime, answer: str) -> bool:
        """Store the answer, in the transaction of the change; False if another took it over."""

    def forget(self, key: str, claimed_at: datetime) -> None:
        """Delete a request that changed nothing, so that it can be sent again."""
