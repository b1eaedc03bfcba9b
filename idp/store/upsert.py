"""Inserts a row; if there is one with the same key, updates that one, or leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table


def insert_of(dialect: str, table: Table) -> Any:
    """Return a new INSERT of *dialect* that knows ON CONFLICT.

    A dialect is imported when it is used: nobody has both, and PostgreSQL's takes a while.
    """
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


def upsert(
    connection: Connection, table: Table, key: str | Sequence[str], values: dict[str, Any]
) -> None:
    """Insert *values* or update the row whose column *key*, or columns, are equal, at once."""
    keys = [key] if isinstance(key, str) else list(key)
    insert = insert_of(connection.dialect.name, table).values(values)
    others = {name: insert.excluded[name] for name in values if name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=others))


def insert_if_new(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert *values* unless a row has one of their unique keys; say whether they were inserted."""
    insert = insert_of(connection.dialect.name, table).values(values)
    column = next(iter(table.c))
    return connection.execute(insert.on_conflict_do_nothing().returning(column)).first() is not None
