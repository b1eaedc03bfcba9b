"""The row of one user in ``mfa_users``, and the lock on it.

Push and codes keep a few columns each there. Whoever changes anything of a user's second factor
first takes the row: so two nodes never decide about one user at the same time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, text, update

from idp.store.column_types import StorableText
from idp.store.engine import Database
from idp.store.mfa_schema import mfa_users
from idp.store.prepared import Prepared


class UserRow(NamedTuple):
    """One row of ``mfa_users``, without its key; ``totp_seed`` is sealed."""

    wrong_codes: int
    codes_locked_until: datetime | None
    pushes_cleared_at: datetime | None
    totp_seed: str | None
    seed_created_at: datetime | None
    code_used_at: datetime | None
    pushes_reported_at: datetime | None
    seed_app: str | None
    seed_name: str | None
    default_method: str | None
    methods_confirmed_at: datetime | None
    campaign_snoozed_until: datetime | None
    method_names: str | None


OF_USER = Prepared(
    select(*(mfa_users.c[name] for name in UserRow._fields)).where(
        mfa_users.c.user == bindparam("user")
    )
)
_LOCK = Prepared(  # makes the row or finds it, and locks it either way
    text(
        'INSERT INTO mfa_users ("user") VALUES (:user)'
        ' ON CONFLICT ("user") DO UPDATE SET "user" = excluded."user"'
    ).bindparams(bindparam("user", type_=StorableText))
)
_CHANGE = update(mfa_users).where(mfa_users.c.user == bindparam("of_user"))


def locked(
    database: Database, user: str, *, durable: bool = True
) -> AbstractContextManager[Connection]:
    """Open a transaction in which this user's rows are ours alone, on every node."""
    writing = database.write(durable=durable)
    # On SQLite a transaction that writes is the only one.
    return writing if database.is_sqlite else _locking(writing, user)


@contextmanager
def _locking(writing: AbstractContextManager[Connection], user: str) -> Iterator[Connection]:
    with writing as connection:
        _LOCK.run(connection, {"user": user})
        yield connection


def lock(connection: Connection, users: Collection[str]) -> None:
    """Lock the rows of several users, always in the same order so that no two wait in a ring."""
    for user in sorted(users):
        _LOCK.run(connection, {"user": user})


def read(connection: Connection, user: str) -> UserRow | None:
    """Return the row of *user*, or None if nothing was ever stored."""
    row = OF_USER.first(connection, {"user": user})
    return None if row is None else UserRow(*row)


def of_user(database: Database, user: str) -> UserRow | None:
    """Return the row of *user*, which is read once a request."""
    rows = database.rows(OF_USER, {"user": user})
    return UserRow(*rows[0]) if rows else None


def change(connection: Connection, user: str, **columns: object) -> None:
    """Store *columns* of the user's row, and make the row if there is none."""
    _LOCK.run(connection, {"user": user})
    connection.execute(_CHANGE.values(columns), {"of_user": user})
