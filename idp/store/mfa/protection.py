"""Blocks and risks of users: the storage of :mod:`adapter.mfa.protection`.

The factors read the block of a user with the user's row, in the transaction of the attempt.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from adapter.mfa.protection.block import Block
from adapter.mfa.protection.risk import Risk
from adapter.mfa.protection.store import Standing
from adapter.mfa.push.challenge import State
from idp.notices.occasions import Occasion
from idp.store.engine import Database
from idp.store.mfa import user_row
from idp.store.mfa.open_challenges import end_open
from idp.store.mfa_schema import mfa_blocks, user_risks
from idp.store.notices import tell
from idp.store.prepared import Prepared

_RISK = Prepared(
    select(user_risks.c.since, user_risks.c.client_ip).where(user_risks.c.user == bindparam("user"))
)
_BLOCKS = select(mfa_blocks.c.user, mfa_blocks.c.since, mfa_blocks.c.until, mfa_blocks.c.by)
_RISKS = select(user_risks.c.user, user_risks.c.since, user_risks.c.client_ip)


def save_block(connection: Connection, user: str, block: Block) -> None:
    """Store the block of a user in place of another one. The user's row must be locked."""
    connection.execute(delete(mfa_blocks).where(mfa_blocks.c.user == user))
    row = {"user": user, "since": block.since, "until": block.until, "by": block.by}
    connection.execute(insert(mfa_blocks), row)


def raise_risk(connection: Connection, user: str, risk: Risk) -> None:
    """Store the risk of a user, unless there is one. The user's row must be locked."""
    if _RISK.first(connection, {"user": user}) is None:
        row = {"user": user, "since": risk.since, "client_ip": risk.client_ip}
        connection.execute(insert(user_risks), row)


class SqlProtectionStore:
    """The :class:`~adapter.mfa.protection.store.ProtectionStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def standing_of(self, user: str) -> Standing:
        """Return the standing of *user*."""
        row = user_row.of_user(self._database.rows, user)
        return Standing(row.block, row.risk)

    def standings(self) -> Mapping[str, Standing]:
        """Return the standing of each user who has a block or a risk."""
        with self._database.read() as connection:
            blocks = {user: Block(*rest) for user, *rest in connection.execute(_BLOCKS)}
            risks = {user: Risk(*rest) for user, *rest in connection.execute(_RISKS)}
        users = blocks.keys() | risks.keys()
        return {user: Standing(blocks.get(user), risks.get(user)) for user in users}

    def block(self, user: str, block: Block) -> None:
        """Block *user*, end open requests, and tell the user."""
        with user_row.locked(self._database, user) as connection:
            save_block(connection, user, block)
            end_open(connection, user, State.BLOCKED)
            tell(connection, Occasion("mfa_blocked", user, block.since))

    def unblock(self, user: str, now: datetime) -> bool:
        """Lift the block, and tell the user; return False if there is none."""
        gone = delete(mfa_blocks).where(mfa_blocks.c.user == user).returning(mfa_blocks.c.user)
        with user_row.locked(self._database, user) as connection:
            is_lifted = connection.execute(gone).first() is not None
            if is_lifted:
                tell(connection, Occasion("mfa_unblocked", user, now))
        return is_lifted

    def dismiss_risk(self, user: str) -> bool:
        """Forget the risk; return False if there is none."""
        gone = delete(user_risks).where(user_risks.c.user == user).returning(user_risks.c.user)
        with user_row.locked(self._database, user) as connection:
            return connection.execute(gone).first() is not None
