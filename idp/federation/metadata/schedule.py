"""When a trust's metadata is fetched again, and what is remembered of that.

AD FS looks at metadata that came from an address every 1440 minutes (MonitoringInterval); metadata
may ask for more by its ``cacheDuration``, and what has a ``validUntil`` is fetched when half of the
time is gone. After a failure it is tried again soon, and then ever more rarely.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from idp.saml.validity import UNLIMITED, Validity

MIN_INTERVAL = timedelta(minutes=5)
"""Between two looks, whatever metadata asks for."""

LEASE = timedelta(minutes=10)
"""How long a node that has claimed a refresh may take; then another one may try."""


@dataclass(frozen=True, slots=True)
class PendingUpdate:
    """New metadata that waits for an administrator, since it would loosen the trust."""

    document: bytes
    reasons: tuple[str, ...]
    validity: Validity = UNLIMITED


@dataclass(frozen=True, slots=True)
class RefreshState:
    """What is known of the refreshing of one trust; ``fault`` says why the last try failed.

    ``held_is_unreadable`` says that there is a pending update whose stored row cannot be read.
    """

    due_at: datetime
    failures: int = 0
    tried_at: datetime | None = None
    fetched_at: datetime | None = None
    fault: str = ""
    held: PendingUpdate | None = None
    held_is_unreadable: bool = False


class RefreshStore(Protocol):
    """Where these states live, by entity id."""

    def state(self, entity_id: str) -> RefreshState | None:
        """Return what is known of one trust; None for one that is not refreshed."""

    def states(self) -> dict[str, RefreshState]:
        """Return what is known of all."""

    def save(self, entity_id: str, state: RefreshState) -> None:
        """Remember it."""

    def forget(self, entity_id: str) -> None:
        """Refresh this trust no more."""

    def claim_due(self, now: datetime, until: datetime) -> str | None:
        """Return a trust whose refresh is due, for this caller alone *until* then, or None."""


def next_look(now: datetime, interval: timedelta, validity: Validity) -> datetime:
    """Return when metadata of this *validity*, fetched *now*, is to be fetched again."""
    waits = [interval]
    if validity.cache_duration is not None:
        waits.append(validity.cache_duration)
    if validity.valid_until is not None:
        waits.append((validity.valid_until - now) / 2)
    return now + max(MIN_INTERVAL, min(waits))


def next_try(now: datetime, interval: timedelta, failures: int) -> datetime:
    """Return when to try again after so many *failures* in a row: 5 minutes, 10, 20 …"""
    doublings = min(failures - 1, 20)
    return now + max(MIN_INTERVAL, min(interval, MIN_INTERVAL * (1 << doublings)))
