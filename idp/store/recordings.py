"""The flight recorder's timelines in the database."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
)

from idp.recorder.store import TimelineQuery
from idp.recorder.timeline import IN_PROGRESS, Part, Step, Summary, Timeline
from idp.store.engine import Database
from idp.store.prepared import Prepared
from idp.store.recorder_schema import recorded_parts, timelines
from idp.store.sign_in_log import KEEP_ALL, LogRetention
from idp.store.upsert import insert_of

MAX_VALUE_LENGTH = 1024
"""Characters that are stored of a value to search for; the steps have it whole."""

_REPLACED = ("node", "user", "trust", "outcome")
"""Values of a timeline that a part replaces if it has one; those of a refusal go together."""
_OF_REFUSAL = ("code", "problem", "remedy")
_ADD_PART = Prepared(
    insert(recorded_parts)
    .values({name: bindparam(name) for name in ("activity_id", "at", "steps")})
    .returning(recorded_parts.c.serial),
    returns=(recorded_parts.c.serial.type,),
)
_SUMMARIES = select(
    timelines.c.last_part,
    timelines.c.activity_id,
    timelines.c.began_at,
    timelines.c.changed_at,
    *(timelines.c[name] for name in (*_REPLACED, *_OF_REFUSAL)),
)


def _greater(one: Any, other: Any, *, least: bool = False) -> ColumnElement[Any]:
    return case((one < other if least else one > other, one), else_=other)


@cache
def _grow(dialect: str) -> Prepared:
    """Return the statement that makes the row of a timeline, or adds what a part says of it."""
    new = insert_of(dialect, timelines).values(
        {each.name: bindparam(each.name) for each in timelines.c}
    )
    old, given = timelines.c, new.excluded
    changes: dict[str, Any] = {
        "last_part": _greater(given.last_part, old.last_part),
        "began_at": _greater(old.began_at, given.began_at, least=True),
        "changed_at": _greater(given.changed_at, old.changed_at),
        **{name: case((given[name] != "", given[name]), else_=old[name]) for name in _REPLACED},
        **{name: case((given.code != "", given[name]), else_=old[name]) for name in _OF_REFUSAL},
    }
    return Prepared(new.on_conflict_do_update(index_elements=["activity_id"], set_=changes))


class SqlRecordings:
    """The :class:`~idp.recorder.store.RecordingStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, parts: Sequence[Part]) -> None:
        """Store the parts in one transaction that does not wait for the disk."""
        rows = [_row(part) for part in parts]  # as text before the transaction begins
        with self._database.write(durable=False) as connection:
            for part, row in zip(parts, rows, strict=True):
                (number,) = _ADD_PART.one(connection, row)
                _grow(connection.dialect.name).run(connection, _timeline_row(part, number))

    def known(self, activity_ids: Collection[str]) -> frozenset[str]:
        """Return those of the ids that have a timeline."""
        query = select(timelines.c.activity_id).where(timelines.c.activity_id.in_(activity_ids))
        with self._database.read() as connection:
            return frozenset(connection.execute(query).scalars())

    def timeline(self, activity_id: str) -> Timeline | None:
        """Return a timeline, None without one."""
        parts = (
            select(recorded_parts.c.steps)
            .where(recorded_parts.c.activity_id == activity_id)
            .order_by(recorded_parts.c.at, recorded_parts.c.serial)
        )
        with self._database.read() as connection:
            found = connection.execute(
                _SUMMARIES.where(timelines.c.activity_id == activity_id)
            ).first()
            if found is None:
                return None
            texts = connection.execute(parts).scalars().all()
        return Timeline(Summary(*found), tuple(step for text in texts for step in _steps(text)))

    def search(
        self, query: TimelineQuery, *, before: int | None = None, limit: int = 50
    ) -> tuple[Summary, ...]:
        """Return at most *limit* timelines, newest first: those whose id is less than *before*."""
        wanted = _wanted(query).order_by(timelines.c.last_part.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(timelines.c.last_part < before)
        with self._database.read() as connection:
            return tuple(Summary(*row) for row in connection.execute(wanted))

    def grown(self, query: TimelineQuery, *, after: int, limit: int = 50) -> tuple[Summary, ...]:
        """Return at most *limit* timelines, oldest first, that grew since the id *after*."""
        wanted = _wanted(query).where(timelines.c.last_part > after)
        with self._database.read_settled(timelines) as connection:
            rows = connection.execute(wanted.order_by(timelines.c.last_part).limit(limit))
            return tuple(Summary(*row) for row in rows)

    def newest_id(self) -> int:
        """Return the id of the timeline that grew last, 0 without one."""
        with self._database.read() as connection:
            newest = connection.execute(select(func.max(timelines.c.last_part))).scalar()
        return newest or 0


def purge_timelines(database: Database, now: datetime, limit: int, keep: LogRetention) -> int:
    """Delete at most *limit* timelines that need not be kept; return their number.

    The newest one always stays, so that the numbers go on rising.
    """
    if keep == KEEP_ALL:
        return 0
    newest = select(func.max(timelines.c.last_part)).scalar_subquery()
    is_old: list[ColumnElement[bool]] = []
    if keep.age is not None:
        is_old.append(timelines.c.changed_at < now - keep.age)
    if keep.entries is not None:
        order = timelines.c.last_part.desc()
        first_too_many = select(timelines.c.last_part).order_by(order).offset(keep.entries).limit(1)
        is_old.append(timelines.c.last_part <= first_too_many.scalar_subquery())
    due = (
        select(timelines.c.activity_id)
        .where(or_(*is_old), timelines.c.last_part < newest)
        .limit(limit)
        .with_for_update(skip_locked=True)  # what another node is deleting is left to it
    )
    with database.write(durable=False) as connection:
        ids = connection.execute(due).scalars().all()
        for table in (recorded_parts, timelines):
            connection.execute(delete(table).where(table.c.activity_id.in_(ids)))
    return len(ids)


def _row(part: Part) -> dict[str, Any]:
    steps = [[step.at.isoformat(), step.kind, step.fields] for step in part.steps]
    # Not as ASCII: a text is searched for as it is written.
    text = json.dumps(steps, ensure_ascii=False)
    return {"activity_id": part.activity_id, "at": part.at, "steps": text}


def _steps(text: str) -> Iterator[Step]:
    for at, kind, fields in json.loads(text):
        yield Step(datetime.fromisoformat(at), kind, fields)


def _timeline_row(part: Part, number: int) -> dict[str, Any]:
    """Return what *part* says of its timeline."""
    texts = {name: getattr(part, name)[:MAX_VALUE_LENGTH] for name in (*_REPLACED, *_OF_REFUSAL)}
    return {
        "activity_id": part.activity_id,
        "last_part": number,
        "began_at": part.at,
        "changed_at": part.steps[-1].at,
        **texts,
    }


def _wanted(query: TimelineQuery) -> Select[Any]:
    found = _SUMMARIES
    for name in ("user", "trust", "code"):
        if value := getattr(query, name):
            found = found.where(timelines.c[name] == value)
    if query.outcome:
        stored = "" if query.outcome == IN_PROGRESS else query.outcome
        found = found.where(timelines.c.outcome == stored)
    if query.since is not None:
        found = found.where(timelines.c.changed_at >= query.since)
    if query.until is not None:
        found = found.where(timelines.c.changed_at <= query.until)
    if query.text:
        as_stored = json.dumps(query.text, ensure_ascii=False)[1:-1]
        with_text = select(recorded_parts.c.activity_id).where(
            recorded_parts.c.steps.icontains(as_stored, autoescape=True)
        )
        found = found.where(timelines.c.activity_id.in_(with_text))
    return found
