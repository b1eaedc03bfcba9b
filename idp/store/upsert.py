"""Inserts a row; if there is one with the same key, updates that one, or leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

_INSERT: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def upsert(
    connection: Connection, table: Table, key: str | Sequence[str], values: dict[str, Any]
) -> None:
    """Insert *values* or update the row whose column *key*, or columns, are equal, at once."""
    keys = [key] if isinstance(key, str) else list(key)
    insert = _INSERT[connection.dialect.name](table).values(values)
    others = {name: insert.excluded[name] for name in values if name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=others))


def insert_if_new(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert *values* unless a row has one of their unique keys; say whether they were inserted."""
    insert = _INSERT[connection.dialect.name](table).values(values)
    column = next(iter(table.c))
    return connection.execute(insert.on_conflict_do_nothing().returning(column)).first() is not None
