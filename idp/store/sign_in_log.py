"""The sign-in log in the database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from idp.audit.record import LogEntry, SignInRecord
from idp.store.engine import Database
from idp.store.prepared import Prepared
from idp.store.schema import sign_ins

MAX_FIELD_LENGTH = 1024
"""Bytes kept of a field: clients choose some of them, and must fill neither disk nor index."""

_FIELDS = tuple(field.name for field in fields(SignInRecord))
_TEXTS = tuple(name for name in _FIELDS if name not in ("at", "event_id"))
_ENTRIES = select(sign_ins.c.serial, *(sign_ins.c[name] for name in _FIELDS))
_INSERT = Prepared(insert(sign_ins).values({name: bindparam(name) for name in _FIELDS}).inline())


class SqlSignInLog:
    """Sign-ins in the order they were written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, record: SignInRecord) -> None:
        """Write one record."""
        with self._database.write(durable=False) as connection:
            append(connection, record)

    def read(
        self, user: str | None = None, after_id: int | None = None, limit: int = 500
    ) -> tuple[LogEntry, ...]:
        """Return at most *limit* entries, oldest first: those after *after_id*, else the newest.

        With *user*, only those of this UPN (or name, where no such user is).
        """
        newest = after_id is None
        order = sign_ins.c.serial.desc() if newest else sign_ins.c.serial
        query = _ENTRIES.order_by(order).limit(limit)
        if after_id is not None:
            query = query.where(sign_ins.c.serial > after_id)
        if user is not None:
            query = query.where(sign_ins.c.user == user)
        with self._source(newest) as connection:
            rows = connection.execute(query).all()
        entries = tuple(LogEntry(row[0], SignInRecord(*row[1:])) for row in rows)
        return entries[::-1] if newest else entries

    def _source(self, newest: bool) -> AbstractContextManager[Connection]:
        """Return where to read: who follows must not pass by what is numbered, and to come."""
        return self._database.read() if newest else self._database.read_settled(sign_ins)


def append(connection: Connection, record: SignInRecord) -> None:
    """Write one record in a transaction of somebody else's."""
    stored = _storable(record)
    _INSERT.run(connection, {name: getattr(stored, name) for name in _FIELDS})


def _storable(record: SignInRecord) -> SignInRecord:
    """Cut long fields."""
    changes: dict[str, Any] = {}
    for name in _TEXTS:
        text: str = getattr(record, name)
        if len(text) > MAX_FIELD_LENGTH // 4:
            kept = text.encode("utf-8", "backslashreplace")[:MAX_FIELD_LENGTH]
            changes[name] = kept.decode("utf-8", "ignore")
    return replace(record, **changes) if changes else record
