"""Users in the database: implements :mod:`idp.directory.user_store`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, bindparam, delete, exists, func, insert, select, update

from adapter.mfa.push.challenge import State
from idp.directory.lockout import AccountState, LockoutRules, Origin
from idp.directory.user_store import Credentials, DebitResult
from idp.directory.users import User
from idp.federation.issuance.opaque_names import opaque_name
from idp.federation.security_ids import security_id
from idp.notices.occasions import Occasion
from idp.store import lockout
from idp.store.engine import Database
from idp.store.mfa.open_challenges import end_open
from idp.store.mfa_schema import USER_TABLES
from idp.store.notices import tell
from idp.store.prepared import Prepared
from idp.store.schema import (
    account_activity,
    name_ids,
    nt_hashes,
    password_limits,
    password_resets,
    reset_limits,
    users,
)
from idp.store.search import contains
from idp.store.user_rows import BY_ACCOUNT, BY_UPN, USER_COLUMNS, row_of, user_from_row

_WANTS_NT_HASH = exists().where(nt_hashes.c.user == users.c.upn)
_USER = select(*USER_COLUMNS, users.c.password_hash, _WANTS_NT_HASH)
_PAGE = (
    select(*USER_COLUMNS, *lockout.LOCKOUT_COLUMNS)
    .outerjoin(password_limits, password_limits.c.name == users.c.upn)
    .outerjoin(account_activity, account_activity.c.name == users.c.upn)
)
_SEARCHED = (users.c.upn, users.c.display_name, users.c.email)
_USER_BY_UPN = Prepared(_USER.where(users.c.upn == bindparam("name")))
_USER_BY_ACCOUNT = Prepared(_USER.where(users.c.account_key == bindparam("name")))

_FOR_CHANGE = select(*USER_COLUMNS).where(users.c.upn == bindparam("of_upn")).with_for_update()
OWNED_COLUMNS: tuple[Column[str], ...] = (
    *(table.c.user for table in (*USER_TABLES, name_ids, password_resets)),
    password_limits.c.name,
    account_activity.c.name,
    reset_limits.c.account,
)
"""The columns with a UPN whose rows go with the user, beside that of ``nt_hashes``."""
MAX_NAMES = 500
"""Names in one statement."""

_PROFILE = ("display_name", "email", "groups", "attributes")
_CHANGE = update(users).where(users.c.upn == bindparam("of_upn")).returning(*USER_COLUMNS)


class SqlUserStore:
    """The :class:`~idp.directory.user_store.UserStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_user(self, name: str) -> User | None:
        """Return a user by UPN or account name."""
        rows = self._database.rows(BY_ACCOUNT if "\\" in name else BY_UPN, {"name": name})
        return user_from_row(rows[0]) if rows else None

    def credentials(self, name: str) -> Credentials | None:
        """Return a user by UPN or account name, with the password hash."""
        with self._database.read() as connection:
            return _find(connection, name)

    def users(self) -> Sequence[User]:
        """Return all users by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(*USER_COLUMNS).order_by(users.c.upn))
            return [user_from_row(row) for row in rows]

    def page(self, search: str, after: str, limit: int) -> Sequence[tuple[User, AccountState]]:
        """Return users by name, with their counters; the primary key finds where a page begins."""
        found = _PAGE.where(users.c.upn > after).order_by(users.c.upn).limit(limit)
        if wanted := search.strip():
            # Account names are made of parts of the UPN: only with the backslash they have more.
            columns = (*_SEARCHED, users.c.account_key) if "\\" in wanted else _SEARCHED
            searched = ((column, wanted) for column in columns)
            found = found.where(contains(searched, is_sqlite=self._database.is_sqlite))
        with self._database.read() as connection:
            rows = connection.execute(found).all()
        split = len(USER_COLUMNS)
        return [(user_from_row(row[:split]), lockout.account_state(row[split:])) for row in rows]

    def has_attribute(self, attribute: str) -> bool:
        """Say whether any user has an attribute of this name, in any case."""
        # In a value, JSON has a backslash before each quotation mark, so this is a key.
        key = f'%"{attribute.lower()}": [%'
        found = select(users.c.upn).where(func.lower(users.c.attributes).like(key)).limit(1)
        with self._database.read() as connection:
            return connection.execute(found).first() is not None

    def add_users(self, added: Sequence[Credentials]) -> Sequence[str]:
        """Store new users, all or none; return the UPNs of those whose name is taken."""
        rows = [row_of(each.user) | {"password_hash": each.password_hash} for each in added]
        with self._database.write(alone=users) as connection:
            taken = [row["upn"] for row in rows if is_taken(connection, row)]
            if not taken and rows:
                _keep_identifiers_apart(connection, rows)
                _delete_leftovers(connection, [row["upn"] for row in rows])
                connection.execute(insert(users), rows)
        return taken

    def change_profile(self, upn: str, change: Callable[[User], User]) -> User | None:
        """Change display name, mail address, groups and attributes of a user."""
        with self._database.write() as connection:
            user = user_of(connection, upn)
            if user is None:
                return None
            before, after = row_of(user), row_of(change(user))
            # A column that could not be read is not overwritten by a change of another one.
            values = {name: after[name] for name in _PROFILE if after[name] != before[name]}
            return change_user(connection, upn, **values) if values else user

    def change_password(
        self,
        upn: str,
        password_hash: str,
        now: datetime,
        *,
        must_change: bool = False,
        seen: User | None = None,
        compromised: bool = False,
    ) -> User | None:
        """Store a new hash, end the user's sessions and clear the lock-out.

        With *compromised*, the user is told in the same transaction that the account was reset.

        Returns None if there is no such user, or if the user was changed since *seen*: every new
        password and every disabling changes ``valid_from``.
        """
        values = {"password_hash": password_hash, "valid_from": now, "must_change": must_change}
        with self._database.write() as connection:
            valid_since = None if seen is None else seen.valid_from
            changed = change_user(connection, upn, valid_since, **values)
            if changed is not None:
                lockout.forget(connection, upn)
                if compromised:
                    tell(connection, Occasion("account_reset", upn, now))
            return changed

    def set_disabled(self, upn: str, disabled: bool, now: datetime) -> User | None:
        """Disable or enable a user and end the sessions; return None if there is no such user."""
        with self._database.write() as connection:
            return change_user(connection, upn, disabled=disabled, valid_from=now)

    def end_sessions(self, upn: str, now: datetime) -> User | None:
        """End all sessions that began before *now*; return None if there is no such user."""
        with self._database.write() as connection:
            return change_user(connection, upn, valid_from=now)

    def remove_user(self, upn: str) -> bool:
        """Remove a user with their devices, codes, activations, lock-outs and persistent NameIDs.

        A later user of the same name gets other persistent NameIDs (saml-core §8.3.7).
        """
        with self._database.write() as connection:
            for column in OWNED_COLUMNS:
                connection.execute(delete(column.table).where(column == upn))
            gone = delete(users).where(users.c.upn == upn).returning(users.c.upn)
            is_gone = connection.execute(gone).first() is not None
            # After the user, whose row is locked while an NT hash is asked for: so none is left.
            connection.execute(delete(nt_hashes).where(nt_hashes.c.user == upn))
            return is_gone

    def debit_password(
        self, name: str, now: datetime, rules: LockoutRules, origin: Origin
    ) -> DebitResult:
        """Debit one attempt from the account of *name*, in one transaction.

        The transaction is not durable: somebody who can cut the power gains one attempt.
        """
        with self._database.write(durable=False) as connection:
            return lockout.debit(connection, name, now, rules, origin)

    def accept_password(
        self, upn: str, password_hash: str, rules: LockoutRules, origin: Origin
    ) -> User | None:
        """Clear the counters of wrong passwords; return None if user or hash changed meanwhile."""
        with self._database.write(durable=False) as connection:
            found = _find(connection, upn)
            if found is None or found.password_hash != password_hash:
                return None
            if not found.user.disabled:
                lockout.accept(connection, upn, rules, origin)
            return found.user

    def clear_password_counters(self, upn: str) -> None:
        """Clear the counters of wrong passwords and failed resets; familiar addresses stay."""
        with self._database.write() as connection:
            lockout.clear(connection, upn)
            connection.execute(delete(reset_limits).where(reset_limits.c.account == upn))

    def account_states(self, upn: str | None = None) -> Mapping[str, AccountState]:
        """Return the lock-out counters of one user, or of all users with counters, by UPN."""
        with self._database.read() as connection:
            return lockout.states(connection, upn)


def _find(connection: Connection, name: str) -> Credentials | None:
    """Return a user with the password hash, read at one moment."""
    query = _USER_BY_ACCOUNT if "\\" in name else _USER_BY_UPN
    row = query.first(connection, {"name": name})
    return None if row is None else Credentials(user_from_row(row[:-2]), *row[-2:])


def change_user(
    connection: Connection, upn: str, valid_since: datetime | None = None, **values: object
) -> User | None:
    """Change a user in the caller's transaction, and return the user as stored then.

    Returns None if there is no such user, or if ``valid_from`` is not *valid_since* any more.
    """
    change = _CHANGE.values(values)
    if valid_since is not None:
        change = change.where(users.c.valid_from == valid_since)
    row = connection.execute(change, {"of_upn": upn}).first()
    if row is None:
        return None
    if "password_hash" in values:  # an old password's would open no more, and is not left lying
        connection.execute(update(nt_hashes).where(nt_hashes.c.user == upn).values(sealed=None))
    if "valid_from" in values:  # every sign-in in progress is over, and phones must not ask for it
        end_open(connection, upn, State.REPLACED)
    return user_from_row(row)


def user_of(connection: Connection, upn: str) -> User | None:
    """Return a user whose row is then the caller's until the transaction ends."""
    row = connection.execute(_FOR_CHANGE, {"of_upn": upn}).first()
    return None if row is None else user_from_row(row)


def is_taken(connection: Connection, row: Mapping[str, Any], by: str = "") -> bool:
    """Say whether a user has a name of *row*, other than the one *by* this UPN."""
    same = (users.c.upn == row["upn"]) | (users.c.account_key == row["account_key"])
    others = select(users.c.upn).where(same, users.c.upn != by)
    return connection.execute(others).first() is not None


def _delete_leftovers(connection: Connection, upns: Sequence[str]) -> None:
    """Delete what a request may have stored for an earlier user of a name while that one went."""
    for begin in range(0, len(upns), MAX_NAMES):
        names = upns[begin : begin + MAX_NAMES]
        for column in (*OWNED_COLUMNS, nt_hashes.c.user):
            connection.execute(delete(column.table).where(column.in_(names)))


def _keep_identifiers_apart(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Give a new user another identifier if a renamed one has kept that of the name."""
    held = select(users.c.security_id).where(users.c.security_id.is_not(None))
    taken = set(connection.scalars(held))
    for row in rows:
        is_free = security_id(row["upn"]) not in taken
        row["security_id"] = None if is_free else security_id(opaque_name())
