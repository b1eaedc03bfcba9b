"""When a trust's metadata is fetched again, and the state that is stored about it.

AD FS fetches metadata that came from a URL every 1440 minutes (``Get-AdfsProperties``:
MonitoringInterval). A ``cacheDuration`` in the metadata may ask for a shorter interval. Metadata
with a ``validUntil`` is fetched when half of the time until then has passed. After a failure the
next attempt comes soon, and later ones after longer and longer waits.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from idp.saml.validity import UNLIMITED, Validity

MIN_INTERVAL = timedelta(minutes=5)
"""The shortest interval between two fetches, whatever the metadata asks for."""

LEASE = timedelta(minutes=10)
"""How long a node may take for a refresh it has claimed; then another node may claim it."""


@dataclass(frozen=True, slots=True)
class PendingUpdate:
    """New metadata that waits for an administrator, because a refresh must not apply it."""

    document: bytes
    reasons: tuple[str, ...]
    validity: Validity = UNLIMITED

    @property
    def digest(self) -> str:
        """The SHA-256 of the document in hexadecimal: names what an administrator has seen."""
        return hashlib.sha256(self.document).hexdigest()


@dataclass(frozen=True, slots=True)
class RefreshState:
    """The state of refreshing one trust; ``fault`` says why the last attempt failed.

    ``held`` is an update that waits for an administrator. ``held_is_unreadable`` is true if there
    is one whose stored row cannot be read.
    """

    due_at: datetime
    failures: int = 0
    tried_at: datetime | None = None
    fetched_at: datetime | None = None
    fault: str = ""
    held: PendingUpdate | None = None
    held_is_unreadable: bool = False


class RefreshStore(Protocol):
    """Storage of these states, by entity id."""

    def state(self, entity_id: str) -> RefreshState | None:
        """Return the state of a trust, None if it is not refreshed."""

    def states(self) -> dict[str, RefreshState]:
        """Return the states of all trusts that are refreshed."""

    def save(self, entity_id: str, state: RefreshState) -> None:
        """Store the state of a trust."""

    def forget(self, entity_id: str) -> None:
        """Stop refreshing this trust."""

    def claim_due(self, now: datetime, until: datetime) -> str | None:
        """Reserve a trust whose refresh is due *until* then, and return its entity id."""


def next_fetch(now: datetime, interval: timedelta, validity: Validity) -> datetime:
    """Return when metadata with this *validity*, fetched *now*, is fetched again."""
    waits = [interval]
    if validity.cache_duration is not None:
        waits.append(validity.cache_duration)
    if validity.valid_until is not None:
        waits.append((validity.valid_until - now) / 2)
    return now + max(MIN_INTERVAL, min(waits))


def next_attempt(now: datetime, interval: timedelta, failures: int) -> datetime:
    """Return when to try again after this number of *failures* in a row: 5 minutes, 10, 20 …"""
    doublings = min(failures - 1, 20)
    return now + max(MIN_INTERVAL, min(interval, MIN_INTERVAL * (1 << doublings)))
