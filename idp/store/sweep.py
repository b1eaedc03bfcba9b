"""Deletes old rows where no index finds them: each request would have to write that index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, bindparam, delete, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from idp.store.engine import Database

MAX_FOUND = 10_000
"""Rows that are looked for at a time: each time, PostgreSQL may go through the whole table."""


def sweep(database: Database, table: Table, old: ColumnElement[bool], limit: int) -> Iterator[int]:
    """Delete the rows that are *old*, at most *limit* in a transaction; yield how many each time.

    It goes through the table once, in the order of the primary key. It reads between the
    transactions, when others can write, and goes on behind the last row that it found. Several
    nodes may sweep a table at once: they lock rows in the same order.
    """
    keys = tuple(table.primary_key)
    first = rows = select(*keys).where(old).order_by(*keys).limit(MAX_FOUND)
    is_more = True
    while is_more:
        with database.read() as connection:
            found = connection.execute(rows).all()
        for start in range(0, len(found), limit):
            yield _delete(database, table, old, found[start : start + limit])
        is_more = len(found) == MAX_FOUND
        if is_more:
            rows = first.where(tuple_(*keys) > tuple_(*found[-1]))


def _delete(database: Database, table: Table, old: ColumnElement[bool], due: Any) -> int:
    """Delete the rows with these keys that are still there, and *old*; return their number."""
    names = [f"of_{key.name}" for key in table.primary_key]
    is_row = (key == bindparam(name) for name, key in zip(names, table.primary_key, strict=True))
    values = [dict(zip(names, row, strict=True)) for row in due]
    with database.write(durable=False) as connection:
        return connection.execute(delete(table).where(*is_row, old), values).rowcount
