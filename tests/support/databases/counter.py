"""One row that is counted up, to see which transactions of a database are kept."""

from __future__ import annotations

from sqlalchemy import func, select, update

from idp.store.column_types import EPOCH
from idp.store.engine import Database
from idp.store.schema import password_limits

ROW = {"name": "counter", "wrong": 0, "last_at": EPOCH}


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.sum(password_limits.c.wrong))).scalar_one()


def add_one(database: Database) -> None:
    with database.write(alone=password_limits) as connection:
        seen = connection.execute(select(password_limits.c.wrong)).scalar_one()
        connection.execute(update(password_limits).values(wrong=seen + 1))
