"""The sign-in log in the database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from idp.audit.record import LogEntry, SignInRecord
from idp.store.engine import Database
from idp.store.prepared import Prepared
from idp.store.schema import sign_ins

MAX_FIELD_LENGTH = 1024
"""Bytes that are stored of a field: clients choose some of them, and must not fill the disk."""

_FIELDS = tuple(field.name for field in fields(SignInRecord))
_TEXTS = tuple(name for name in _FIELDS if name not in ("at", "event_id"))
_ENTRIES = select(sign_ins.c.serial, *(sign_ins.c[name] for name in _FIELDS))
_INSERT = Prepared(insert(sign_ins).values({name: bindparam(name) for name in _FIELDS}).inline())


class SqlSignInLog:
    """The :class:`~idp.audit.sign_in_log.SignInLog` of a database, in the order of writing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, record: SignInRecord) -> None:
        """Write a record in a transaction of its own."""
        with self._database.write(durable=False) as connection:
            append(connection, record)

    def read(
        self,
        user: str | None = None,
        after_id: int | None = None,
        limit: int = 500,
        *,
        activity_id: str | None = None,
        since: datetime | None = None,
        outcome: str | None = None,
    ) -> tuple[LogEntry, ...]:
        """Return at most *limit* entries, oldest first: those after *after_id*, else the newest.

        With *user*, return only the entries of this UPN, or of this typed name if nobody has it.
        """
        newest = after_id is None
        order = sign_ins.c.serial.desc() if newest else sign_ins.c.serial
        query = _ENTRIES.order_by(order).limit(limit)
        if after_id is not None:
            query = query.where(sign_ins.c.serial > after_id)
        if since is not None:
            query = query.where(sign_ins.c.at >= since)
        wanted = {"user": user, "activity_id": activity_id, "outcome": outcome}
        for name, value in wanted.items():
            if value is not None:
                query = query.where(sign_ins.c[name] == value)
        with self._source(newest) as connection:
            rows = connection.execute(query).all()
        entries = tuple(LogEntry(row[0], SignInRecord(*row[1:])) for row in rows)
        return entries[::-1] if newest else entries

    def _source(self, newest: bool) -> AbstractContextManager[Connection]:
        """Return the connection to read with: a follower must not miss rows that commit late."""
        return self._database.read() if newest else self._database.read_settled(sign_ins)


def append(connection: Connection, record: SignInRecord) -> None:
    """Write a record in the caller's transaction."""
    stored = _storable(record)
    _INSERT.run(connection, {name: getattr(stored, name) for name in _FIELDS})


def _storable(record: SignInRecord) -> SignInRecord:
    """Return the record with long fields cut."""
    changes: dict[str, Any] = {}
    for name in _TEXTS:
        text: str = getattr(record, name)
        if len(text) > MAX_FIELD_LENGTH // 4:
            kept = text.encode("utf-8", "backslashreplace")[:MAX_FIELD_LENGTH]
            changes[name] = kept.decode("utf-8", "ignore")
    return replace(record, **changes) if changes else record
