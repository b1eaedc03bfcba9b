"""Temporary access passes: the storage of :mod:`adapter.mfa.access_pass`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, text, update

from adapter.mfa.access_pass.access_pass import AccessPass
from adapter.mfa.access_pass.limits import PassLimits
from adapter.mfa.protection.block import Block
from idp.notices.occasions import Occasion
from idp.store import used_once
from idp.store.column_types import StorableText
from idp.store.engine import Database
from idp.store.mfa import user_row
from idp.store.mfa_schema import access_passes
from idp.store.notices import tell
from idp.store.prepared import Prepared

_NAMES = tuple(field.name for field in fields(AccessPass))
_MINE = access_passes.c.user == bindparam("of_user")
PASS = Prepared(
    select(*(access_passes.c[name] for name in _NAMES)).where(
        _MINE, access_passes.c.id.is_not(None)
    )
)
_LIMITS = select(access_passes.c.wrong, access_passes.c.locked_until).where(_MINE)
_ADD = text(
    'INSERT INTO access_passes ("user") VALUES (:user) ON CONFLICT ("user") DO NOTHING'
).bindparams(bindparam("user", type_=StorableText))


class SqlAccessPassStore:
    """The :class:`~adapter.mfa.access_pass.store.AccessPassStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def transaction(self, user: str) -> Iterator[SqlPassTransaction]:
        """Open a transaction that excludes all others of this user, on every node."""
        with user_row.locked(self._database, user) as connection:
            yield SqlPassTransaction(connection, user)

    def find(self, user: str) -> AccessPass | None:
        """Return the user's pass, whether or not it still works."""
        rows = self._database.rows(PASS, {"of_user": user})
        return AccessPass(*rows[0]) if rows else None


class SqlPassTransaction:
    """The :class:`~adapter.mfa.access_pass.store.PassTransaction` of a connection and a user."""

    def __init__(self, connection: Connection, user: str) -> None:
        self._connection = connection
        self._user = user

    def limits(self) -> PassLimits:
        """Return the user's wrong passes."""
        row = self._connection.execute(_LIMITS, {"of_user": self._user}).first()
        return PassLimits() if row is None else PassLimits(*row)

    def save_limits(self, limits: PassLimits) -> None:
        """Store the user's wrong passes."""
        self._change(wrong=limits.wrong, locked_until=limits.locked_until)

    def access_pass(self) -> AccessPass | None:
        """Return the user's pass, whether or not it still works."""
        return _pass_of(self._connection, self._user)

    def save(self, issued: AccessPass) -> None:
        """Store a new pass in place of an older one, and tell the user."""
        self._change(**asdict(issued))
        tell(self._connection, Occasion("access_pass_issued", self._user, issued.issued_at))

    def mark_used(self, now: datetime) -> None:
        """Store that the pass was right at *now*."""
        self._change(used_at=now)

    def remove(self, now: datetime) -> bool:
        """Remove the pass, and tell the user; return False if there is none."""
        if self.access_pass() is None:
            return False
        self._change(**dict.fromkeys(_NAMES))
        tell(self._connection, Occasion("access_pass_removed", self._user, now))
        return True

    def block(self) -> Block | None:
        """Return what blocks the user's second factors, whether or not it has expired."""
        return user_row.read(self._connection, self._user).block

    def claim(self, kind: str, key: str, expires_at: datetime) -> bool:
        """Use up *key* of *kind*; return False if it was used before (one unique insert)."""
        return used_once.claim(self._connection, kind, key, expires_at)

    def is_used(self, kind: str, key: str) -> bool:
        """Say whether *key* of *kind* was used up."""
        return used_once.is_used(self._connection, kind, key)

    def _change(self, **columns: object) -> None:
        self._connection.execute(_ADD, {"user": self._user})
        self._connection.execute(
            update(access_passes).where(_MINE).values(columns), {"of_user": self._user}
        )


def _pass_of(connection: Connection, user: str) -> AccessPass | None:
    row = PASS.first(connection, {"of_user": user})
    return None if row is None else AccessPass(*row)
