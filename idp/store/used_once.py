"""What may happen once: request ids, time steps of codes, ended sessions, sign-ins that finished.

An insert under a unique key either wins or finds the key used. A row counts as used for as long
as it is there; its expiry only says when it may be purged.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, text, tuple_

from idp.store.engine import Database
from idp.store.prepared import Prepared
from idp.store.schema import Instant, used_once

_CLAIM = Prepared(
    text(
        "INSERT INTO used_once (kind, key, expires_at) VALUES (:kind, :key, :expires_at)"
        " ON CONFLICT DO NOTHING RETURNING kind"
    ).bindparams(bindparam("expires_at", type_=Instant))
)
_IS_USED = Prepared(
    select(used_once.c.kind).where(
        used_once.c.kind == bindparam("kind"), used_once.c.key == bindparam("key")
    )
)


def key_of(*parts: str) -> str:
    """Return a key of fixed length for *parts*; two different lists of parts never share one."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()


def claim(connection: Connection, kind: str, key: str, expires_at: datetime) -> bool:
    """Use up *key* of *kind* and say whether it was still unused.

    Call it in the transaction of the effect, before the effect.
    """
    return claim_parts(connection, kind, (key,), expires_at)


def claim_parts(
    connection: Connection, kind: str, parts: tuple[str, ...], expires_at: datetime
) -> bool:
    """Do the same for a key of several parts, as an issuer and its request id."""
    values = {"kind": kind, "key": key_of(*parts), "expires_at": expires_at}
    return _CLAIM.first(connection, values) is not None


class UsedOnce:
    """The same memory, for those who have no transaction of their own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, kind: str, key: str, expires_at: datetime, *, durable: bool = True) -> bool:
        """Use up *key* of *kind* and say whether it was still unused."""
        with self._database.write(durable=durable) as connection:
            return claim(connection, kind, key, expires_at)

    def is_used(self, kind: str, key: str) -> bool:
        """Say whether *key* of *kind* was used."""
        with self._database.read() as connection:
            return is_used(connection, kind, key)

    def purge(self, now: datetime, limit: int = 10_000) -> int:
        """Forget at most *limit* keys that expired before *now*; return how many."""
        with self._database.write(durable=False) as connection:
            return purge(connection, now, limit)


def is_used(connection: Connection, kind: str, *parts: str) -> bool:
    """Say whether the key made of *parts* was used."""
    values = {"kind": kind, "key": key_of(*parts)}
    return _IS_USED.first(connection, values) is not None


def purge(connection: Connection, before: datetime, limit: int) -> int:
    """Delete at most *limit* rows that expired before *before*; return how many."""
    rows = tuple_(used_once.c.kind, used_once.c.key)
    expired = (
        select(used_once.c.kind, used_once.c.key)
        .where(used_once.c.expires_at < before)
        .limit(limit)
    )
    return connection.execute(delete(used_once).where(rows.in_(expired))).rowcount
