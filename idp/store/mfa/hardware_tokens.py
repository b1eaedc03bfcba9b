"""Rows of hardware tokens: how :mod:`idp.store.mfa.codes` reads, adds and changes them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from adapter.mfa.codes.hardware import HardwareToken, NewToken
from adapter.mfa.tokens import token as random_id
from idp.store.mfa_schema import hardware_tokens as table
from idp.store.prepared import Prepared

_random = secrets.SystemRandom()

_COLUMNS = {"created": "created_at", "activated": "activated_at", "last_used": "last_used_at"}
_TOKENS = select(
    *(table.c[_COLUMNS.get(field.name, field.name)] for field in fields(HardwareToken))
).order_by(table.c.serial)
_MINE = table.c.user == bindparam("user")
_SEEDS = Prepared(
    select(table.c.id, table.c.seed, table.c.period)
    .where(_MINE, table.c.activated_at.is_not(None))
    .order_by(table.c.serial)
)
_ONE = (table.c.id == bindparam("of_id"), table.c.user == bindparam("of_user"))
_WAITING = select(table.c.seed, table.c.period).where(*_ONE, table.c.activated_at.is_(None))
_ACTIVATE = update(table).where(*_ONE).values(activated_at=bindparam("at"))
_MARK_USED = update(table).where(*_ONE).values(last_used_at=bindparam("at"))
_REMOVE = delete(table).where(*_ONE).returning(table.c.activated_at)


def tokens(connection: Connection, user: str | None = None) -> list[HardwareToken]:
    """Return the tokens of all users or of one, oldest first."""
    wanted = _TOKENS if user is None else _TOKENS.where(table.c.user == user)
    return [HardwareToken(*row) for row in connection.execute(wanted)]


def page(connection: Connection, after: int, limit: int) -> tuple[list[HardwareToken], int | None]:
    """Return the tokens behind a serial, oldest first, and that of the last if there are more."""
    wanted = _TOKENS.add_columns(table.c.serial).where(table.c.serial > after).limit(limit + 1)
    rows = connection.execute(wanted).all()
    found = [HardwareToken(*row[:-1]) for row in rows[:limit]]
    return found, rows[limit - 1][-1] if len(rows) > limit else None


def seeds(connection: Connection, user: str) -> Sequence[tuple[str, str, int]]:
    """Return id, sealed seed and period of the activated tokens of a user."""
    return [(row[0], row[1], row[2]) for row in _SEEDS.all(connection, {"user": user})]


def waiting_seed(connection: Connection, user: str, token_id: str) -> tuple[str, int] | None:
    """Return the sealed seed and the period of a token that waits for its activation."""
    row = connection.execute(_WAITING, {"of_id": token_id, "of_user": user}).first()
    return None if row is None else (row[0], row[1])


def activate(connection: Connection, user: str, token_id: str, now: datetime) -> None:
    """Activate a token."""
    connection.execute(_ACTIVATE, {"of_id": token_id, "of_user": user, "at": now})


def mark_used(connection: Connection, user: str, token_id: str, now: datetime) -> None:
    """Store that a code of a token was right; nothing happens for another id."""
    connection.execute(_MARK_USED, {"of_id": token_id, "of_user": user, "at": now})


def remove(connection: Connection, user: str, token_id: str) -> tuple[datetime | None] | None:
    """Remove a token and return when it was activated, None if the user has no such token."""
    row = connection.execute(_REMOVE, {"of_id": token_id, "of_user": user}).first()
    return None if row is None else (row[0],)


def serial_numbers(connection: Connection) -> set[str]:
    """Return the serial numbers of all tokens."""
    return set(connection.execute(select(table.c.serial_number)).scalars())


def add(connection: Connection, token: NewToken, sealed: str, now: datetime) -> None:
    """Store a token that waits for its activation; *sealed* is its seed."""
    row = {
        "id": random_id(_random),
        "user": token.user,
        "serial_number": token.serial_number,
        "name": token.name,
        "manufacturer": token.manufacturer,
        "model": token.model,
        "seed": sealed,
        "period": token.period,
        "created_at": now,
    }
    connection.execute(insert(table), row)
