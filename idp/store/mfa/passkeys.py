"""Registered passkeys: the storage of :mod:`adapter.mfa.passkeys`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from adapter.mfa.passkeys.passkey import Passkey
from adapter.mfa.protection.block import Block
from idp.notices.occasions import Occasion
from idp.store import used_once
from idp.store.engine import Database
from idp.store.mfa import user_row
from idp.store.mfa_schema import passkeys
from idp.store.notices import tell
from idp.store.prepared import Prepared
from idp.store.upsert import insert_if_new

_PASSKEYS = select(*(passkeys.c[each.name] for each in fields(Passkey))).order_by(passkeys.c.serial)
OF_USER = Prepared(_PASSKEYS.where(passkeys.c.user == bindparam("user")))
_BY_CREDENTIAL = Prepared(_PASSKEYS.where(passkeys.c.credential_id == bindparam("credential_id")))
_ONE = (passkeys.c.id == bindparam("of_id"), passkeys.c.user == bindparam("of_user"))
_USE = (
    update(passkeys)
    .where(*_ONE)
    .values(sign_count=bindparam("sign_count"), last_used_at=bindparam("last_used_at"))
)
_REMOVE = delete(passkeys).where(*_ONE).returning(passkeys.c.name)


class SqlPasskeyStore:
    """The :class:`~adapter.mfa.passkeys.store.PasskeyStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def transaction(self, user: str) -> Iterator[SqlPasskeyTransaction]:
        """Open a transaction that excludes all others of this user, on every node."""
        with user_row.locked(self._database, user) as connection:
            yield SqlPasskeyTransaction(connection, user)

    def of_user(self, user: str) -> Sequence[Passkey]:
        """Return the user's passkeys, oldest first."""
        return [_from_row(row) for row in self._database.rows(OF_USER, {"user": user})]

    def by_credential(self, credential_id: bytes) -> Passkey | None:
        """Return the passkey that browsers call *credential_id*, or None."""
        with self._database.read() as connection:
            row = _BY_CREDENTIAL.first(connection, {"credential_id": credential_id})
        return None if row is None else _from_row(row)


class SqlPasskeyTransaction:
    """The :class:`~adapter.mfa.passkeys.store.PasskeyTransaction` of a connection and a user."""

    def __init__(self, connection: Connection, user: str) -> None:
        self._connection = connection
        self._user = user

    def passkeys(self) -> Sequence[Passkey]:
        """Return the user's passkeys, oldest first."""
        return _of_user(self._connection, self._user)

    def add(self, passkey: Passkey) -> bool:
        """Store a new passkey, and tell the user; False if its ``credential_id`` is known."""
        row = asdict(passkey) | {"transports": " ".join(passkey.transports)}
        if not insert_if_new(self._connection, passkeys, row):
            return False
        self._tell("passkey_added", passkey.created_at, passkey.name)
        return True

    def use(self, passkey_id: str, sign_count: int, now: datetime) -> None:
        """Store that a passkey was used at *now*, with this counter."""
        values = {"sign_count": sign_count, "last_used_at": now}
        self._connection.execute(_USE, self._key(passkey_id) | values)

    def remove(self, passkey_id: str, now: datetime) -> bool:
        """Remove a passkey, and tell the user; return False if the user has none of this id."""
        removed = self._connection.execute(_REMOVE, self._key(passkey_id)).first()
        if removed is None:
            return False
        self._tell("passkey_removed", now, removed.name)
        return True

    def block(self) -> Block | None:
        """Return what blocks the user's second factors, whether or not it has expired."""
        return user_row.read(self._connection, self._user).block

    def claim(self, kind: str, key: str, expires_at: datetime) -> bool:
        """Use up *key* of *kind*; return False if it was used before (one unique insert)."""
        return used_once.claim(self._connection, kind, key, expires_at)

    def _tell(self, code: str, now: datetime, name: str) -> None:
        tell(self._connection, Occasion(code, self._user, now, name=name))

    def _key(self, passkey_id: str) -> dict[str, Any]:
        return {"of_id": passkey_id, "of_user": self._user}


def _of_user(connection: Connection, user: str) -> list[Passkey]:
    return [_from_row(row) for row in OF_USER.all(connection, {"user": user})]


def _from_row(row: Any) -> Passkey:
    values = dict(zip((each.name for each in fields(Passkey)), row, strict=True))
    return Passkey(**{**values, "transports": tuple(values["transports"].split())})
