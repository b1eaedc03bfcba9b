"""Deletes old rows where no index finds them: each request would have to write that index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, bindparam, delete, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from idp.store.engine import Database


def sweep(database: Database, table: Table, old: ColumnElement[bool], limit: int) -> Iterator[int]:
    """Delete the rows that are *old*, at most *limit* in a transaction; yield how many each time.

    It goes through the table once, in the order of the primary key. It reads between the
    transactions, when others can write, and goes on behind the last row that it found. Several
    nodes may sweep a table at once: they lock rows in the same order.
    """
    keys = tuple(table.primary_key)
    found = select(*keys).where(old).order_by(*keys).limit(limit)
    rows = found
    while True:
        with database.read() as connection:
            due = connection.execute(rows).all()
        yield _delete(database, table, old, due) if due else 0
        if len(due) < limit:
            return
        rows = found.where(tuple_(*keys) > tuple_(*due[-1]))


def _delete(database: Database, table: Table, old: ColumnElement[bool], due: Any) -> int:
    """Delete the rows with these keys that are still there, and *old*; return their number."""
    names = [f"of_{key.name}" for key in table.primary_key]
    is_row = (key == bindparam(name) for name, key in zip(names, table.primary_key, strict=True))
    values = [dict(zip(names, row, strict=True)) for row in due]
    with database.write(durable=False) as connection:
        return connection.execute(delete(table).where(*is_row, old), values).rowcount
