"""The sign-in log in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from operator import attrgetter

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, or_, select
from sqlalchemy.sql.elements import ColumnElement

from idp.audit.record import LogEntry, SignInRecord
from idp.audit.sign_in_log import ALL_ENTRIES, LogQuery
from idp.store.engine import Database
from idp.store.prepared import Prepared
from idp.store.schema import sign_ins

MAX_FIELD_LENGTH = 1024
"""Bytes that are stored of a field: clients choose some of them, and must not fill the disk."""

_FIELDS = tuple(field.name for field in fields(SignInRecord))
_values_of = attrgetter(*_FIELDS)
_TEXTS = tuple(name for name in _FIELDS if name not in ("at", "event_id"))
_CODES = ("outcome", "reason", "detail")
"""The columns in which a code may stand."""
_ENTRIES = select(sign_ins.c.serial, *(sign_ins.c[name] for name in _FIELDS))
_INSERT = Prepared(insert(sign_ins).values({name: bindparam(name) for name in _FIELDS}).inline())


@dataclass(frozen=True, slots=True)
class LogRetention:
    """How much of the log is kept: entries up to this age, and at most so many of the newest."""

    age: timedelta | None = None
    entries: int | None = None


KEEP_ALL = LogRetention()


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
        query: LogQuery = ALL_ENTRIES,
        *,
        after_id: int | None = None,
        before_id: int | None = None,
        limit: int = 500,
    ) -> tuple[LogEntry, ...]:
        """Return at most *limit* of the entries that *query* asks for, oldest first.

        They are those that follow *after_id*, else the newest, with *before_id* the newest before
        it.
        """
        newest = after_id is None
        order = sign_ins.c.serial.desc() if newest else sign_ins.c.serial
        wanted = _ENTRIES.where(*_conditions(query)).order_by(order).limit(limit)
        if after_id is not None:
            wanted = wanted.where(sign_ins.c.serial > after_id)
        if before_id is not None:
            wanted = wanted.where(sign_ins.c.serial < before_id)
        with self._source(newest) as connection:
            rows = connection.execute(wanted).all()
        entries = tuple(LogEntry(row[0], SignInRecord(*row[1:])) for row in rows)
        return entries[::-1] if newest else entries

    def _source(self, newest: bool) -> AbstractContextManager[Connection]:
        """Return the connection to read with: a follower must not miss rows that commit late."""
        return self._database.read() if newest else self._database.read_settled(sign_ins)


def _conditions(query: LogQuery) -> Iterator[ColumnElement[bool]]:
    """Yield what is true of each entry that *query* asks for."""
    for name in ("user", "activity_id", "outcome", "trust"):
        value = getattr(query, name)
        if value is not None:
            yield sign_ins.c[name] == value
    if query.since is not None:
        yield sign_ins.c.at >= query.since
    if query.code is not None:
        # The second condition tells the database that an index without empty ones will do.
        has_code = ((sign_ins.c[n] == query.code) & (sign_ins.c[n] != "") for n in _CODES)
        yield or_(*has_code)


def append(connection: Connection, record: SignInRecord) -> None:
    """Write a record in the caller's transaction, with long fields cut."""
    values = dict(zip(_FIELDS, _values_of(record), strict=True))
    for name in _TEXTS:
        if len(values[name]) > MAX_FIELD_LENGTH // 4:
            kept = values[name].encode("utf-8", "backslashreplace")[:MAX_FIELD_LENGTH]
            values[name] = kept.decode("utf-8", "ignore")
    _INSERT.run(connection, values)


def newest_entry_at(database: Database) -> datetime | None:
    """Return the time of the newest entry, None if there is none."""
    newest = select(sign_ins.c.at).order_by(sign_ins.c.serial.desc()).limit(1)
    with database.read() as connection:
        return connection.execute(newest).scalar()


def purge_log(
    database: Database, now: datetime, limit: int, keep: LogRetention, log: Table = sign_ins
) -> int:
    """Delete at most *limit* of the oldest entries that need not be kept; return their number.

    *log* is a table with the columns ``serial`` and ``at``.

    The newest entry always stays, so that the numbers of the entries go on rising.
    """
    if keep == KEEP_ALL:
        return 0
    oldest = (
        select(log.c.serial, log.c.at)
        .order_by(log.c.serial)
        .limit(limit)
        .with_for_update(skip_locked=True)  # what another node is deleting is left to it
        .subquery("oldest")
    )
    newest = select(func.max(log.c.serial)).scalar_subquery()
    is_old: list[ColumnElement[bool]] = []
    if keep.age is not None:
        is_old.append(oldest.c.at < now - keep.age)
    if keep.entries is not None:  # numbers may be missing, so these may be fewer
        is_old.append(oldest.c.serial <= newest - keep.entries)
    due = select(oldest.c.serial).where(or_(*is_old), oldest.c.serial < newest)
    with database.write(durable=False) as connection:
        return connection.execute(delete(log).where(log.c.serial.in_(due))).rowcount
