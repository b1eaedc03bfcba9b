"""What is stored of one user beside the methods, read by one statement, and the lock on it.

Push and codes keep a few columns each in ``mfa_users``. Whoever changes anything of a user's second
factor first takes the user's row there: so two nodes never decide about one user at the same time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists, func, select, text, update

from adapter.mfa.protection.block import Block
from adapter.mfa.protection.risk import Risk
from idp.store.column_types import StorableText
from idp.store.engine import Database
from idp.store.mfa_schema import code_apps, hardware_tokens, mfa_blocks, mfa_users, user_risks
from idp.store.prepared import Prepared, Read, reading


class UserRow(NamedTuple):
    """The user's row of ``mfa_users``, the block and the risk; None is what was never stored.

    ``totp_seed`` is sealed. ``has_further_sources`` says that there are sources of codes beside it.
    """

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
    blocked_since: datetime | None
    blocked_until: datetime | None
    blocked_by: str | None
    at_risk_since: datetime | None
    risk_client_ip: str | None
    has_further_sources: bool

    @property
    def block(self) -> Block | None:
        """What blocks the user's second factors, whether or not it has expired."""
        since, until, by = self.blocked_since, self.blocked_until, self.blocked_by
        return None if since is None or until is None or by is None else Block(since, until, by)

    @property
    def risk(self) -> Risk | None:
        """The user's risk, if there is one."""
        since, client_ip = self.at_risk_since, self.risk_client_ip
        return None if since is None or client_ip is None else Risk(since, client_ip)


IS_ACTIVATED = hardware_tokens.c.activated_at.is_not(None)
_ONE = select(bindparam("user", type_=StorableText).label("user")).subquery()
_HAS_FURTHER_SOURCES = exists().where(code_apps.c.user == _ONE.c.user) | exists().where(
    hardware_tokens.c.user == _ONE.c.user, IS_ACTIVATED
)
OF_USER = Prepared(
    select(
        func.coalesce(mfa_users.c.wrong_codes, 0),
        *(mfa_users.c[name] for name in UserRow._fields[1:] if name in mfa_users.c),
        mfa_blocks.c.since,
        mfa_blocks.c.until,
        mfa_blocks.c.by,
        user_risks.c.since,
        user_risks.c.client_ip,
        _HAS_FURTHER_SOURCES,
    ).select_from(
        _ONE.outerjoin(mfa_users, mfa_users.c.user == _ONE.c.user)
        .outerjoin(mfa_blocks, mfa_blocks.c.user == _ONE.c.user)
        .outerjoin(user_risks, user_risks.c.user == _ONE.c.user)
    )
)
"""A :class:`UserRow`, also of a user of whom nothing is stored."""
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


def read(connection: Connection, user: str) -> UserRow:
    """Return the row of *user*, as it is in this transaction."""
    return of_user(reading(connection), user)


def of_user(rows: Read, user: str) -> UserRow:
    """Return the row of *user* as *rows* reads it: that of a database reads it once a request."""
    [row] = rows(OF_USER, {"user": user})
    return UserRow(*row)


def change(connection: Connection, user: str, **columns: object) -> None:
    """Store *columns* of the user's row, and make the row if there is none."""
    _LOCK.run(connection, {"user": user})
    connection.execute(_CHANGE.values(columns), {"of_user": user})
