"""Persistent NameIDs in the database: one a user and service provider."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select, text

from idp.federation.issuance.opaque_names import opaque_name
from idp.store.column_types import StorableText
from idp.store.engine import Database
from idp.store.schema import name_ids

_VALUE = select(name_ids.c.value).where(
    name_ids.c.trust == bindparam("trust"), name_ids.c.user == bindparam("user")
)
_MAKE = text(
    'INSERT INTO name_ids (trust, "user", value) VALUES (:trust, :user, :value)'
    ' ON CONFLICT (trust, "user") DO NOTHING'
).bindparams(bindparam("trust", type_=StorableText), bindparam("user", type_=StorableText))


class SqlPersistentNames:
    """The :class:`~idp.federation.issuance.name_ids.PersistentNames` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def persistent(self, trust: str, user: str, *, create: bool) -> str | None:
        """Return the NameID of *user* at *trust*; create and store it if *create* allows that."""
        with self._database.read() as connection:
            value = _value(connection, trust, user)
        if value is not None or not create:
            return value
        with self._database.write() as connection:
            new = {"trust": trust, "user": user, "value": opaque_name()}
            connection.execute(_MAKE, new)  # of two at the same time, both get the first name
            return _value(connection, trust, user)


def _value(connection: Connection, trust: str, user: str) -> str | None:
    return connection.execute(_VALUE, {"trust": trust, "user": user}).scalar()
