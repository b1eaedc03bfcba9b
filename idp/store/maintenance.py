"""Forgetting what cannot matter any more: at start, and now and then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, select
from sqlalchemy.sql.elements import ColumnElement

from idp.store import once
from idp.store.engine import Database
from idp.store.schema import activations, challenges

GRACE = timedelta(hours=1)
"""Used keys are kept so long after they expired, for clocks that jump ahead and come back."""

KEEP_CHALLENGES = timedelta(days=1)
KEEP_ACTIVATIONS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows are gone."""

    used_once: int
    challenges: int
    activations: int


def purge(database: Database, now: datetime, limit: int = 5000) -> Purged:
    """Delete at most *limit* old rows of each kind, in three short transactions.

    Cheap when there is nothing to do; who finds *limit* rows gone may call again.
    """
    return Purged(
        once.UsedOnce(database).purge(now - GRACE, limit),
        _purge(database, challenges, challenges.c.created_at < now - KEEP_CHALLENGES, limit),
        _purge(database, activations, activations.c.expires_at < now - KEEP_ACTIVATIONS, limit),
    )


def _purge(database: Database, table: Table, old: ColumnElement[bool], limit: int) -> int:
    key = next(iter(table.primary_key))
    some = select(key).where(old).limit(limit)
    with database.write(durable=False) as connection:
        return connection.execute(delete(table).where(key.in_(some))).rowcount
