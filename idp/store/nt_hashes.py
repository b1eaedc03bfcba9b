"""NT hashes in the database: implements :class:`idp.directory.nt_hash.NtHashStore`.

A hash is sealed, bound to the user's UPN and to the password hash in the user's row: nobody else's
row opens it, nor this one after any change of the password. A row without a hash says that one is
to be kept as soon as the password is known.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, exists, select, update

from idp.directory.nt_hash import NT_HASH_LENGTH, KeptNtHash
from idp.session.seal import Seal, SealBroken
from idp.store.engine import Database
from idp.store.prepared import Prepared
from idp.store.schema import nt_hashes, users
from idp.store.upsert import insert_if_new

_SEALED = Prepared(select(nt_hashes.c.sealed).where(nt_hashes.c.user == bindparam("user")))
_IS_STILL = (
    exists()
    .where(users.c.upn == nt_hashes.c.user)
    .where(users.c.password_hash == bindparam("of_hash"))
)
_KEEP = update(nt_hashes).where(nt_hashes.c.user == bindparam("of_user"), _IS_STILL)
_ALL = (
    select(*nt_hashes.c, users.c.password_hash)
    .join(users, users.c.upn == nt_hashes.c.user)
    .order_by(nt_hashes.c.user)
)


class SqlNtHashStore:
    """The NT hashes of a database; *seal* seals them."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        self._decoy = seal.seal(_payload(bytes(NT_HASH_LENGTH)))  # no user's row opens it

    def want(self, upn: str, by: str, now: datetime) -> bool:
        """Store that the NT hash of a user is to be kept; a second time changes nothing."""
        user = select(users.c.upn).where(users.c.upn == upn).with_for_update()
        row = {"user": upn, "sealed": None, "wanted_at": now, "wanted_by": by}
        with self._database.write() as connection:
            if connection.execute(user).first() is None:
                return False
            insert_if_new(connection, nt_hashes, row)
        return True

    def drop(self, upn: str) -> bool:
        """Delete the row of a user."""
        gone = delete(nt_hashes).where(nt_hashes.c.user == upn).returning(nt_hashes.c.user)
        with self._database.write() as connection:
            return connection.execute(gone).first() is not None

    def is_due(self, upn: str, password_hash: str) -> bool:
        """Say whether there is a row whose hash does not open with this password hash."""
        with self._database.read() as connection:
            row = _SEALED.first(connection, {"user": upn})
        return row is not None and self._open(row[0], upn, password_hash) is None

    def keep(self, upn: str, password_hash: str, found: bytes) -> None:
        """Store the sealed hash in the row of a user who has this password hash."""
        sealed = self._seal.seal(_payload(found), bound_to=_binding(upn, password_hash))
        key = {"of_user": upn, "of_hash": password_hash}
        with self._database.write() as connection:
            connection.execute(_KEEP.values(sealed=sealed), key)

    def find(self, upn: str, password_hash: str) -> bytes | None:
        """Return the hash that opens with this password hash."""
        with self._database.read() as connection:
            row = _SEALED.first(connection, {"user": upn})
        return self._open(row[0] if row else None, upn, password_hash)

    def kept(self, upn: str | None = None) -> dict[str, KeptNtHash]:
        """Return those that are to be kept, by UPN in alphabetical order."""
        wanted = _ALL if upn is None else _ALL.where(nt_hashes.c.user == upn)
        with self._database.read() as connection:
            rows = connection.execute(wanted).all()
        return {
            row.user: KeptNtHash(
                row.wanted_at,
                row.wanted_by,
                self._open(row.sealed, row.user, row.password_hash) is not None,
            )
            for row in rows
        }

    def _open(self, sealed: str | None, upn: str, password_hash: str) -> bytes | None:
        """Return the hash in *sealed*; as slowly without one."""
        try:
            return self._seal.open_as(
                _read, sealed or self._decoy, bound_to=_binding(upn, password_hash)
            )
        except SealBroken:
            return None


def seal_for(seal: Seal, sealed: str, password_hash: str, old: str, new: str) -> str | None:
    """Return the hash sealed for a user's *new* name, None if *sealed* does not open."""
    try:
        found = seal.open_as(_read, sealed, bound_to=_binding(old, password_hash))
    except SealBroken:
        return None
    return seal.seal(_payload(found), bound_to=_binding(new, password_hash))


def _payload(found: bytes) -> dict[str, str]:
    return {"nt_hash": found.hex()}


def _read(payload: dict[str, str]) -> bytes:
    return bytes.fromhex(payload["nt_hash"])


def _binding(upn: str, password_hash: str) -> str:
    return f"{upn}\0{password_hash}"
