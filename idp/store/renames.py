"""Renames a user: implements :class:`idp.directory.user_store.UserRenames`.

The UPN is the key of all that is stored for a user, and some of it is sealed or digested for that
name alone. All of it is found here: :data:`NAME_COLUMNS` holds every column with a UPN that moves,
so a new table with a column ``user`` moves without a word.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, delete, select, update

from adapter.mfa.codes.code import PERIOD, REMEMBER_USED, TOLERANCE
from adapter.mfa.codes.factor import CODE_STEP, step_key
from adapter.mfa.codes.store import FIRST_ID
from idp.directory.errors import name_taken
from idp.directory.users import User, account_key, windows_account_name
from idp.federation.claims import primary_sid
from idp.mfa.graph_import import VERSION
from idp.session.seal import Seal, SealBroken
from idp.store import nt_hashes as nt_hash_store
from idp.store.all_tables import metadata
from idp.store.engine import Database
from idp.store.mfa import user_row
from idp.store.mfa.codes import seal_seed
from idp.store.mfa.policies_row import ROW as METHODS_POLICY
from idp.store.mfa_schema import (
    access_passes,
    code_apps,
    devices,
    hardware_tokens,
    mfa_users,
    passkeys,
)
from idp.store.recorder_schema import timelines
from idp.store.schema import (
    account_activity,
    nt_hashes,
    password_limits,
    password_resets,
    policies,
    reset_limits,
    sign_ins,
    used_once,
    users,
)
from idp.store.stored_json import DamagedValue, load_object
from idp.store.upsert import insert_if_new
from idp.store.used_once import digest_key
from idp.store.users import change_user, is_taken, user_of

STAYING = (sign_ins, timelines, password_resets)
"""Log and timelines tell of the time before, and resets in progress end: ``user`` stays there."""

NAME_COLUMNS: tuple[Column[str], ...] = (
    *(
        table.c.user
        for table in metadata.sorted_tables
        if "user" in table.c and table not in STAYING
    ),
    password_limits.c.name,
    account_activity.c.name,
    reset_limits.c.account,
)
"""The columns with the UPN of a user, beside that of ``users``."""

SEED_COLUMNS: tuple[Column[str], ...] = (
    mfa_users.c.totp_seed, code_apps.c.seed, hardware_tokens.c.seed, devices.c.new_seed,
)  # fmt: skip
"""The columns with seeds, which are sealed for one user."""

FIRST_NAME_COLUMNS: tuple[Column[str], ...] = (
    passkeys.c.registered_for,
    access_passes.c.issued_for,
)
"""The columns with the name that a digest is over, null if it is the one of the row."""


class SqlRenames:
    """Renames users; *seeds* and *hashes* are the seals of code seeds and of NT hashes."""

    def __init__(self, database: Database, *, seeds: Seal, hashes: Seal) -> None:
        self._database = database
        self._seeds = seeds
        self._hashes = hashes

    def rename(self, old: str, new: str, now: datetime) -> User | None:
        """Rename the user *old* in one transaction; None if there is none."""
        with self._database.write(alone=users) as connection:
            user = user_of(connection, old)
            if user is None or old == new:
                return user
            row = {"upn": new, "account_key": account_key(new)}
            if is_taken(connection, row, by=old):
                raise name_taken((new,))
            if not self._database.is_sqlite:
                user_row.lock(connection, {old, new})
            change_user(connection, old, valid_from=now)
            row["windows_account_name"] = windows_account_name(new)
            row["security_id"] = primary_sid(user)
            connection.execute(update(users).where(users.c.upn == old).values(row))
            self._move(connection, old, new, now)
            return user_of(connection, new)

    def _move(self, connection: Connection, old: str, new: str, now: datetime) -> None:
        of_resets = (password_resets.c.user == old) | (password_resets.c.account == old)
        connection.execute(delete(password_resets).where(of_resets))
        for column in FIRST_NAME_COLUMNS:
            _set(connection, column, old, (column.table.c.user == old) & column.is_(None))
        for column in NAME_COLUMNS:
            connection.execute(delete(column.table).where(column == new))  # nobody's
            _set(connection, column, new, column == old)
        for column in SEED_COLUMNS:
            self._seal_seeds(connection, column, old, new)
        self._seal_nt_hash(connection, old, new)
        _move_used_steps(connection, old, new, now)
        _rename_in_policy(connection, old, new)

    def _seal_seeds(self, connection: Connection, column: Column[str], old: str, new: str) -> None:
        """Seal the seeds of a moved user for the new name; one that does not open stays so."""
        key = next(iter(column.table.primary_key))
        found = select(key, column).where(column.table.c.user == new, column.is_not(None))
        for row_key, sealed in connection.execute(found).all():
            try:
                seed = str(self._seeds.open(sealed, bound_to=old)["seed"])
            except SealBroken:
                continue
            _set(connection, column, seal_seed(self._seeds, new, seed), key == row_key)

    def _seal_nt_hash(self, connection: Connection, old: str, new: str) -> None:
        found = (
            select(nt_hashes.c.sealed, users.c.password_hash)
            .join(users, users.c.upn == nt_hashes.c.user)
            .where(nt_hashes.c.user == new, nt_hashes.c.sealed.is_not(None))
        )
        for sealed, password_hash in connection.execute(found).all():
            kept = nt_hash_store.seal_for(self._hashes, sealed, password_hash, old, new)
            _set(connection, nt_hashes.c.sealed, kept, nt_hashes.c.user == new)


def _set(connection: Connection, column: Column[str], value: str | None, where: Any) -> None:
    change = update(metadata.tables[str(column.table)]).where(where)
    connection.execute(change.values({column.name: value}))


def _move_used_steps(connection: Connection, old: str, new: str, now: datetime) -> None:
    """Keep the codes used that were used under the old name."""
    apps = select(code_apps.c.id).where(code_apps.c.user == new)
    tokens = select(hardware_tokens.c.id, hardware_tokens.c.period)
    sources = {FIRST_ID: PERIOD, **dict.fromkeys(connection.scalars(apps), PERIOD)}
    for row in connection.execute(tokens.where(hardware_tokens.c.user == new)):
        sources[row.id] = row.period
    for source, period in sources.items():
        last = int(now.timestamp() // period) + len(TOLERANCE)
        steps = range(last - int(REMEMBER_USED.total_seconds() // period) - len(TOLERANCE), last)
        renamed = {
            digest_key(step_key(old, source, step)): digest_key(step_key(new, source, step))
            for step in steps
        }
        used = select(used_once.c.key, used_once.c.expires_at).where(
            used_once.c.kind == CODE_STEP, used_once.c.key.in_(renamed)
        )
        for key, expires_at in connection.execute(used).all():
            moved = {"kind": CODE_STEP, "key": renamed[key], "expires_at": expires_at}
            insert_if_new(connection, used_once, moved)


def _rename_in_policy(connection: Connection, old: str, new: str) -> None:
    """Let the authentication methods policy name the user by the new name."""
    of_policy = policies.c.name == METHODS_POLICY
    stored = connection.scalar(select(policies.c.value).where(of_policy).with_for_update())
    try:
        values = load_object(stored) if stored is not None else {}
    except DamagedValue:
        return
    if _rename_targets(values, old, new):
        version = values.get(VERSION)
        values[VERSION] = version + 1 if isinstance(version, int) else 1
        _set(connection, policies.c.value, json.dumps(values), of_policy)


def _rename_targets(value: Any, old: str, new: str) -> bool:
    """Change the targets in *value* that are the user, and say whether there were any."""
    parts: list[Any] = []
    is_user = False
    if isinstance(value, dict):
        is_user = value.get("targetType") == "user" and str(value.get("id")).casefold() == old
        value |= {"id": new} if is_user else {}
        parts = list(value.values())
    elif isinstance(value, list):
        parts = value
    renamed = [_rename_targets(each, old, new) for each in parts]  # all of them
    return is_user or any(renamed)
