"""What may happen only once: request ids, time steps of codes, ended sessions, finished sign-ins.

A unique key decides: the first insert succeeds, later ones find the key used. A key counts as used
as long as its row exists; the expiry only says when the row may be deleted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, text

from idp.store.column_types import Instant, StorableText
from idp.store.engine import Database
from idp.store.prepared import Asked, Prepared
from idp.store.schema import used_once

_CLAIM = Prepared(
    text(
        "INSERT INTO used_once (kind, key, expires_at, holder, held_until)"
        " VALUES (:kind, :key, :expires_at, :holder, :held_until) ON CONFLICT DO NOTHING"
    ).bindparams(
        bindparam("expires_at", type_=Instant),
        bindparam("holder", type_=StorableText),
        bindparam("held_until", type_=Instant),
    )
)
_OF_KEY = (used_once.c.kind == bindparam("kind"), used_once.c.key == bindparam("key"))
_EXPIRES_AT = Prepared(select(used_once.c.expires_at).where(*_OF_KEY))
_HELD = Prepared(select(used_once.c.holder, used_once.c.held_until).where(*_OF_KEY))


@dataclass(frozen=True, slots=True)
class Hold:
    """Who may use a key again, as a digest, and until when."""

    holder: str
    until: datetime


def digest_key(*parts: str) -> str:
    """Return a digest of *parts*; different lists of parts have different digests."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()


def claim(connection: Connection, kind: str, key: str, expires_at: datetime) -> bool:
    """Mark *key* of *kind* as used and say whether it was unused.

    Call it in the transaction of the effect, before the effect.
    """
    return claim_parts(connection, kind, (key,), expires_at)


def claim_parts(
    connection: Connection, kind: str, parts: tuple[str, ...], expires_at: datetime
) -> bool:
    """Do the same for a key of several parts, for example an issuer and its request id."""
    return ask_claim(connection, kind, parts, expires_at).count() == 1


def ask_claim(
    connection: Connection,
    kind: str,
    parts: tuple[str, ...],
    expires_at: datetime,
    hold: Hold | None = None,
) -> Asked:
    """Mark the key of these *parts* as used; the count of the answer is 1 if it was unused.

    The *hold* is stored with it, for :func:`find_hold`.
    """
    values = {
        "kind": kind,
        "key": digest_key(*parts),
        "expires_at": expires_at,
        "holder": hold and hold.holder,
        "held_until": hold and hold.until,
    }
    return _CLAIM.ask(connection, values)


def find_hold(connection: Connection, kind: str, parts: tuple[str, ...]) -> Hold | None:
    """Return who may use the key of these *parts* again; None if nobody may."""
    holder, until = _HELD.first(connection, _key(kind, parts)) or (None, None)
    return None if holder is None or until is None else Hold(holder, until)


class SqlUsedOnce:
    """The :class:`~idp.session.used_once.UsedOnce` of a database: a transaction for each call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, kind: str, key: str, expires_at: datetime, *, durable: bool = True) -> bool:
        """Mark *key* of *kind* as used and say whether it was unused."""
        with self._database.write(durable=durable, forgets=False) as connection:
            claimed = ask_claim(connection, kind, (key,), expires_at)
        return claimed.count() == 1

    def number_of(self, kind: str, most: int) -> int:
        """Return how many keys of *kind* are stored, counting no further than *most*."""
        stored = select(used_once.c.key).where(used_once.c.kind == kind).limit(most).subquery()
        with self._database.read() as connection:
            return connection.execute(select(func.count()).select_from(stored)).scalar_one()

    def is_used(self, kind: str, key: str) -> bool:
        """Say whether *key* of *kind* is used."""
        with self._database.read() as connection:
            return is_used(connection, kind, key)

    def expires_at(self, kind: str, key: str) -> datetime | None:
        """Return when *key* of *kind* expires, None if it is not used."""
        with self._database.read() as connection:
            return expires_at(connection, kind, key)


def is_used(connection: Connection, kind: str, key: str) -> bool:
    """Say whether *key* of *kind* is used."""
    return expires_at(connection, kind, key) is not None


def expires_at(connection: Connection, kind: str, key: str) -> datetime | None:
    """Return when *key* of *kind* expires, None if it is not used."""
    found = _EXPIRES_AT.first(connection, _key(kind, (key,)))
    return None if found is None else found[0]


def _key(kind: str, parts: tuple[str, ...]) -> dict[str, str]:
    return {"kind": kind, "key": digest_key(*parts)}
