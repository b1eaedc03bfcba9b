"""The requests of administration that may be sent again, in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.sql.elements import ColumnElement

from idp.session.repeated_requests import MAX_PENDING, KnownRequest
from idp.store.admin_schema import admin_requests
from idp.store.column_types import Instant
from idp.store.engine import Database

_CLAIM = text(
    "INSERT INTO admin_requests (key, request, claimed_at, expires_at)"
    " VALUES (:key, :request, :claimed_at, :expires_at) ON CONFLICT DO NOTHING RETURNING key"
).bindparams(bindparam("claimed_at", type_=Instant), bindparam("expires_at", type_=Instant))


class SqlRepeatedRequests:
    """The :class:`~idp.session.repeated_requests.RepeatedRequests` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, key: str, request: str, now: datetime, expires_at: datetime
    ) -> KnownRequest | None:
        """Store that a request begins; return what is known if it is not the first."""
        columns = admin_requests.c
        same = columns.key == key
        is_dead = columns.answer.is_(None) & (columns.claimed_at <= now - MAX_PENDING)
        gone = delete(admin_requests).where(same, (columns.expires_at <= now) | is_dead)
        values = {"key": key, "request": request, "claimed_at": now, "expires_at": expires_at}
        known = select(columns.request, columns.answer).where(same)
        with self._database.write() as connection:
            connection.execute(gone)
            if connection.execute(_CLAIM, values).first() is not None:
                return None
            row = connection.execute(known).first()
        return KnownRequest(request, None) if row is None else KnownRequest(*row)

    def keep(self, key: str, claimed_at: datetime, answer: str) -> bool:
        """Store the answer of the request that was claimed at this time."""
        kept = update(admin_requests).where(*_is(key, claimed_at))
        with self._database.write() as connection:
            stored = connection.execute(kept.values(answer=answer).returning(admin_requests.c.key))
            return stored.first() is not None

    def forget(self, key: str, claimed_at: datetime) -> None:
        """Delete the request that was claimed at this time, unless it has an answer."""
        with self._database.write() as connection:
            connection.execute(delete(admin_requests).where(*_is(key, claimed_at)))


def _is(key: str, claimed_at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what selects a request that is under way, if it was claimed at this time."""
    columns = admin_requests.c
    return columns.key == key, columns.claimed_at == claimed_at, columns.answer.is_(None)
