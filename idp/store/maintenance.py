"""Forgetting what cannot matter any more: at the first request, and now and then."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, select
from sqlalchemy.sql.elements import ColumnElement

from adapter.clock import Clock
from idp.store import used_once as once
from idp.store.engine import Database, StoreUnavailable
from idp.store.schema import activations, challenges, log_outs, session_participants

GRACE = timedelta(hours=1)
"""Used keys are kept so long after they expired, for clocks that jump ahead and come back."""

KEEP_CHALLENGES = timedelta(days=1)
KEEP_ACTIVATIONS = timedelta(days=1)

INTERVAL = 600.0
"""Seconds between two purges."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows are gone."""

    used_once: int
    challenges: int
    activations: int
    session_participants: int = 0
    log_outs: int = 0


def purge(database: Database, now: datetime, limit: int = 5000) -> Purged:
    """Delete at most *limit* old rows of each kind, each kind in a short transaction.

    Cheap when there is nothing to do; who finds *limit* rows gone may call again.
    """
    return Purged(
        once.UsedOnce(database).purge(now - GRACE, limit),
        _purge(database, challenges, challenges.c.created_at < now - KEEP_CHALLENGES, limit),
        _purge(database, activations, activations.c.expires_at < now - KEEP_ACTIVATIONS, limit),
        _purge(
            database, session_participants, session_participants.c.expires_at < now - GRACE, limit
        ),
        _purge(database, log_outs, log_outs.c.expires_at < now - GRACE, limit),
    )


def _purge(database: Database, table: Table, old: ColumnElement[bool], limit: int) -> int:
    key = next(iter(table.primary_key))
    some = select(key).where(old).limit(limit)
    with database.write(durable=False) as connection:
        return connection.execute(delete(table).where(key.in_(some))).rowcount


class Housekeeping:
    """Purges at the first call of :meth:`tick`, and then every ten minutes it is called.

    The interval runs by the monotonic clock; what is old is told by the clock that made it.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._busy = threading.Lock()
        self._next = 0.0

    def tick(self) -> None:
        """Purge if it is time; cost-free otherwise. A database that is away is left in peace."""
        if time.monotonic() < self._next or not self._busy.acquire(blocking=False):
            return
        try:
            self._next = time.monotonic() + INTERVAL
            purge(self._database, self._clock.now())
        except StoreUnavailable:
            self._next = 0.0
        finally:
            self._busy.release()
