"""The audit log of administration in the database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, or_, select, text

from idp.audit.changes import Actor, ChangeEntry, ChangeGroup, ChangeQuery
from idp.store.admin_schema import changes
from idp.store.engine import Database
from idp.store.search import contains
from idp.store.stored_json import DamagedValue, load_json

_SEARCHED = (changes.c.actor, changes.c.verb, changes.c.about)
_OF_A_GROUP = tuple(
    changes.c[name] for name in ("at", "actor", "role", "via", "client_ip", "activity_id")
)
"""Entries of one transaction have the same moment, to the microsecond, and the same actor."""


class SqlChangeLog:
    """The :class:`~idp.audit.changes.ChangeStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def together(self, *, exclusive: bool = False) -> AbstractContextManager[None]:
        """Make one transaction of all that this thread stores within."""
        return self._database.together(exclusive=exclusive)

    def lock_configuration(self) -> None:
        """Wait until no other configuration is being applied, until this transaction ends."""
        with self._database.write() as connection:  # on SQLite, one transaction writes at a time
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(7461712)"))

    def append(self, entries: Sequence[ChangeEntry]) -> None:
        """Store entries."""
        with self._database.write() as connection:
            connection.execute(insert(changes), list(map(_row_of, entries)))

    def newest(
        self, query: ChangeQuery, limit: int, before_id: int | None = None
    ) -> Sequence[ChangeEntry]:
        """Return the newest entries, or the newest of those older than *before_id*."""
        wanted = self._matching(query).order_by(changes.c.serial.desc()).limit(limit)
        if before_id is not None:
            wanted = wanted.where(changes.c.serial < before_id)
        with self._database.read() as connection:
            return tuple(map(_entry, connection.execute(wanted)))

    def after(self, query: ChangeQuery, after_id: int, limit: int) -> Sequence[ChangeEntry]:
        """Return entries after *after_id*, oldest first; none is missed that commits late."""
        wanted = self._matching(query).where(changes.c.serial > after_id)
        with self._database.read_settled(changes) as connection:
            return tuple(
                map(_entry, connection.execute(wanted.order_by(changes.c.serial).limit(limit)))
            )

    def groups(
        self, verbs: Sequence[str], limit: int, before_id: int | None = None, *, entries: int
    ) -> Sequence[ChangeGroup]:
        """Return the newest groups, or the newest of those older than *before_id*."""
        last = func.max(changes.c.serial)
        wanted = (
            select(
                func.min(changes.c.serial).label("first"),
                last.label("last"),
                func.count().label("number"),
                *_OF_A_GROUP,
            )
            .where(changes.c.verb.in_(verbs))
            .group_by(*_OF_A_GROUP)
            .order_by(last.desc())
            .limit(limit)
        )
        if before_id is not None:
            wanted = wanted.having(last < before_id)
        with self._database.read() as connection:
            return tuple(
                ChangeGroup(row.last, row.number, found)
                for row in connection.execute(wanted).all()
                if (found := _entries_of(connection, row, verbs, limit=entries))  # else deleted
            )

    def group_of(self, entry_id: int, verbs: Sequence[str]) -> ChangeGroup | None:
        """Return the whole group that an entry is of."""
        wanted = select(changes).where(changes.c.serial == entry_id, changes.c.verb.in_(verbs))
        with self._database.read() as connection:
            row = connection.execute(wanted).first()
            found = () if row is None else _entries_of(connection, row, verbs)
        return ChangeGroup(found[-1].id, len(found), found) if found else None

    def _matching(self, query: ChangeQuery) -> Select[Any]:
        found = select(changes)
        if query.text:
            searched = ((column, query.text) for column in _SEARCHED)
            found = found.where(contains(searched, is_sqlite=self._database.is_sqlite))
        if query.actor:
            found = found.where(changes.c.actor == query.actor)
        if query.about:
            found = found.where(changes.c.about == query.about)
        if query.verb:
            is_part_of = changes.c.verb.startswith(f"{query.verb}.", autoescape=True)
            found = found.where(or_(changes.c.verb == query.verb, is_part_of))
        if query.since is not None:
            found = found.where(changes.c.at >= query.since)
        return found


def _entries_of(
    connection: Connection, row: Row[Any], verbs: Sequence[str], limit: int | None = None
) -> tuple[ChangeEntry, ...]:
    """Return the entries of the group that *row* has the columns of, oldest first."""
    same = (column == row._mapping[column.name] for column in _OF_A_GROUP)
    wanted = select(changes).where(*same, changes.c.verb.in_(verbs))
    if "first" in row._mapping:  # so that the database looks at these rows only
        wanted = wanted.where(changes.c.serial.between(row.first, row.last))
    found = connection.execute(wanted.order_by(changes.c.serial).limit(limit))
    return tuple(map(_entry, found))


def _row_of(entry: ChangeEntry) -> dict[str, Any]:
    actor = entry.actor
    return {
        "at": entry.at,
        "actor": actor.name,
        "role": actor.role,
        "via": actor.via,
        "client_ip": actor.client_ip,
        "activity_id": actor.activity_id,
        "verb": entry.verb,
        "about": entry.about,
        "before": None if entry.before is None else json.dumps(entry.before),
        "after": None if entry.after is None else json.dumps(entry.after),
    }


def _entry(row: Row[Any]) -> ChangeEntry:
    actor = Actor(row.actor, row.role, row.via, row.client_ip, row.activity_id)
    before, after = _read(row.before), _read(row.after)
    return ChangeEntry(row.at, actor, row.verb, row.about, before, after, row.serial)


def _read(text: str | None) -> Any:
    """Return a stored value; one that is damaged is shown as its text."""
    try:
        return None if text is None else load_json(text)
    except DamagedValue:
        return text
