"""Inserts a row, or updates the row with the same key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

_INSERT: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def upsert(connection: Connection, table: Table, key: str, values: dict[str, Any]) -> None:
    """Insert *values* or update the row whose column *key* is equal, in one statement."""
    insert = _INSERT[connection.dialect.name](table).values(values)
    others = {name: insert.excluded[name] for name in values if name != key}
    connection.execute(insert.on_conflict_do_update(index_elements=[key], set_=others))
