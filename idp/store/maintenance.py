"""Deletes rows that are no longer needed: after a request, at most every ten minutes."""

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
"""Expired keys are kept this much longer, in case a clock was wrong and is set back."""

KEEP_CHALLENGES = timedelta(days=1)
KEEP_ACTIVATIONS = timedelta(days=1)

INTERVAL_SECONDS = 600.0
"""Seconds between two purges."""


@dataclass(frozen=True, slots=True)
class PurgedRows:
    """The number of rows that were deleted from each table."""

    used_once: int
    challenges: int
    activations: int
    session_participants: int = 0
    log_outs: int = 0


def purge(database: Database, now: datetime, limit: int = 5000) -> PurgedRows:
    """Delete at most *limit* old rows of each kind, each kind in a short transaction.

    This is cheap when there is nothing to delete. If *limit* rows were deleted, there may be more.
    """
    return PurgedRows(
        once.SqlUsedOnce(database).purge(now - GRACE, limit),
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
    """Purges at the first call of :meth:`tick`, and then at most every ten minutes.

    The monotonic clock measures the interval; *clock* decides which rows are old.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._busy = threading.Lock()
        self._next = 0.0

    def tick(self) -> None:
        """Purge if it is time, else return at once. After an outage the next call tries again."""
        if time.monotonic() < self._next or not self._busy.acquire(blocking=False):
            return
        try:
            self._next = time.monotonic() + INTERVAL_SECONDS
            purge(self._database, self._clock.now())
        except StoreUnavailable:
            self._next = 0.0
        finally:
            self._busy.release()
