"""Seeds and wrong codes: the storage of :mod:`adapter.mfa.codes`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from adapter.mfa.codes.limits import CodeLimits
from adapter.mfa.codes.store import CodeSource
from idp.notices.occasions import Occasion
from idp.session.seal import Seal
from idp.store import used_once
from idp.store.engine import Database
from idp.store.mfa import user_row
from idp.store.notices import tell


class SqlCodeStore:
    """The :class:`~adapter.mfa.codes.store.CodeStore` of a database; *seal* seals the seeds."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    @contextmanager
    def transaction(self, user: str) -> Iterator[SqlCodeTransaction]:
        """Open a transaction that excludes all others of this user, on every node."""
        with user_row.locked(self._database, user) as connection:
            yield SqlCodeTransaction(connection, user, self._seal)

    def source_of(self, user: str) -> CodeSource | None:
        """Return the user's source of codes, or None without one."""
        with self._database.read() as connection:
            row = user_row.read(connection, user)
        if row is None or row.totp_seed is None:
            return None
        return CodeSource(row.seed_created_at, row.code_used_at)

    def save_seed(self, user: str, seed: str, now: datetime) -> None:
        """Store the seed, sealed, and tell the user; it replaces an earlier one."""
        with self._database.write() as connection:
            save_seed(connection, self._seal, user, seed, now)


class SqlCodeTransaction:
    """The :class:`~adapter.mfa.codes.store.CodeTransaction` of one connection and one user."""

    def __init__(self, connection: Connection, user: str, seal: Seal) -> None:
        self._connection = connection
        self._user = user
        self._seal = seal

    def limits(self) -> CodeLimits:
        """Return the user's wrong codes."""
        row = user_row.read(self._connection, self._user)
        return CodeLimits() if row is None else CodeLimits(row.wrong_codes, row.codes_locked_until)

    def save_limits(self, limits: CodeLimits) -> None:
        """Store the user's wrong codes."""
        user_row.change(
            self._connection,
            self._user,
            wrong_codes=limits.wrong,
            codes_locked_until=limits.locked_until,
        )

    def seed(self) -> str | None:
        """Return the user's seed, or None; raises if another user's was put in its place."""
        row = user_row.read(self._connection, self._user)
        if row is None or row.totp_seed is None:
            return None
        return str(self._seal.open(row.totp_seed, bound_to=self._user)["seed"])

    def mark_used(self, now: datetime) -> None:
        """Store that a code of the user's seed was right at *now*, and send pushes again."""
        user_row.change(self._connection, self._user, code_used_at=now, pushes_reported_at=None)

    def remove_seed(self, now: datetime) -> bool:
        """Remove the user's seed, and tell the user; return False if there is none."""
        row = user_row.read(self._connection, self._user)
        if row is None or row.totp_seed is None:
            return False
        user_row.change(
            self._connection, self._user, totp_seed=None, seed_created_at=None, code_used_at=None
        )
        tell(self._connection, Occasion("codes_removed", self._user, now))
        return True

    def claim(self, kind: str, key: str, expires_at: datetime) -> bool:
        """Use up *key* of *kind*; return False if it was used before (one unique insert)."""
        return used_once.claim(self._connection, kind, key, expires_at)


def save_seed(
    connection: Connection,
    seal: Seal,
    user: str,
    seed: str,
    now: datetime,
    *,
    device: str | None = None,
) -> None:
    """Store a seed, sealed for this user alone, and tell the user, in one transaction.

    ``device`` is the id of the device that has it too, which needs no notice.
    """
    user_row.change(
        connection,
        user,
        totp_seed=seal.seal({"seed": seed}, bound_to=user),
        seed_created_at=now,
        code_used_at=None,
    )
    tell(connection, Occasion("codes_added", user, now), except_device=device)
