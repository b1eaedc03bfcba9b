"""Tries at passwords in the database: counters that are locked, asked and written in one go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Text, bindparam, delete, select, text, update

from idp.directory.lockout import (
    AccountActivity,
    AccountState,
    Debit,
    LockoutRules,
    Origin,
    PasswordLimits,
)
from idp.directory.user_store import Tried
from idp.store.prepared import Prepared
from idp.store.schema import Instant, Words, account_activity, password_limits
from idp.store.stored_json import DamagedValue, load_texts, log_once

_LIMITS = Prepared(  # makes the row or finds it, and locks it either way
    text(
        "INSERT INTO password_limits (name, wrong, last_at) VALUES (:name, 0, :at)"
        " ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING wrong, last_at"
    ).bindparams(bindparam("name", type_=Words), bindparam("at", type_=Instant)),
    returns=(Integer(), Instant()),
)
_SAVE_LIMITS = Prepared(
    update(password_limits)
    .where(password_limits.c.name == bindparam("of_name"))
    .values(wrong=bindparam("wrong"), last_at=bindparam("last_at"))
)
_CLEAR_LIMITS = Prepared(delete(password_limits).where(password_limits.c.name == bindparam("name")))

_ACTIVITY_COLUMNS = (
    account_activity.c.familiar_wrong,
    account_activity.c.familiar_at,
    account_activity.c.unknown_wrong,
    account_activity.c.unknown_at,
    account_activity.c.addresses,
)
_ACTIVITY = Prepared(  # the same
    text(
        "INSERT INTO account_activity (name) VALUES (:name)"
        " ON CONFLICT (name) DO UPDATE SET name = excluded.name"
        " RETURNING familiar_wrong, familiar_at, unknown_wrong, unknown_at, addresses"
    ).bindparams(bindparam("name", type_=Words)),
    returns=(Integer(), Instant(), Integer(), Instant(), Text()),
)
_SAVE_ACTIVITY = Prepared(
    update(account_activity)
    .where(account_activity.c.name == bindparam("of_name"))
    .values({column.name: bindparam(column.name) for column in _ACTIVITY_COLUMNS})
)


def debit(
    connection: Connection, name: str, now: datetime, rules: LockoutRules, origin: Origin
) -> Tried:
    """Take one try off the account that decides; where that grants it, the other may watch."""
    if rules.is_enforced(origin):
        smart = _debit_smart(connection, name, now, rules, origin)
        return Tried(smart, smart)
    soft = _debit_soft(connection, name, now, rules)
    is_watched = soft.is_granted and rules.is_smart(origin)
    return Tried(soft, _debit_smart(connection, name, now, rules, origin) if is_watched else None)


def accept(connection: Connection, name: str, rules: LockoutRules, origin: Origin) -> None:
    """Clear what the right password clears, and remember where it came from."""
    _CLEAR_LIMITS.run(connection, {"name": name})
    if rules.is_smart(origin):
        before = _activity(connection, name)
        after = before.after_success(origin)
        if after != before:
            _save(connection, name, after)


def clear(connection: Connection, name: str) -> None:
    """Forget the wrong tries; familiar addresses stay."""
    _CLEAR_LIMITS.run(connection, {"name": name})
    none = {"familiar_wrong": 0, "familiar_at": None, "unknown_wrong": 0, "unknown_at": None}
    mine = account_activity.c.name == name
    connection.execute(update(account_activity).where(mine).values(none))


def forget(connection: Connection, name: str) -> None:
    """Forget wrong tries and addresses: whoever had the old password may have come from them."""
    _CLEAR_LIMITS.run(connection, {"name": name})
    connection.execute(delete(account_activity).where(account_activity.c.name == name))


def states(connection: Connection, name: str | None) -> Mapping[str, AccountState]:
    """Return what stands there of one account, or of all."""
    soft = select(password_limits)
    smart = select(account_activity.c.name, *_ACTIVITY_COLUMNS)
    if name is not None:
        soft = soft.where(password_limits.c.name == name)
        smart = smart.where(account_activity.c.name == name)
    limits = {row.name: PasswordLimits(row.wrong, row.last_at) for row in connection.execute(soft)}
    activities = {row[0]: _activity_of(row[1:]) for row in connection.execute(smart)}
    return {
        each: AccountState(limits.get(each), activities.get(each, AccountActivity()))
        for each in limits.keys() | activities.keys()
    }


def _debit_soft(connection: Connection, name: str, now: datetime, rules: LockoutRules) -> Debit:
    before = PasswordLimits(*_LIMITS.one(connection, {"name": name, "at": now}))
    verdict, after = rules.soft.ask(before, now)
    if verdict.is_granted:
        values = {"wrong": after.wrong, "last_at": after.last_at, "of_name": name}
        _SAVE_LIMITS.run(connection, values)
    return verdict


def _debit_smart(
    connection: Connection, name: str, now: datetime, rules: LockoutRules, origin: Origin
) -> Debit:
    activity = _activity(connection, name)
    familiar = activity.is_familiar(origin)
    verdict, after = rules.limit(familiar=familiar).ask(activity.counter(familiar=familiar), now)
    if verdict.is_granted:
        _save(connection, name, activity.with_counter(after, familiar=familiar))
    return verdict


def _activity(connection: Connection, name: str) -> AccountActivity:
    """Return the account's row, made where it is missing, and locked."""
    return _activity_of(_ACTIVITY.one(connection, {"name": name}))


def _activity_of(row: Any) -> AccountActivity:
    familiar_wrong, familiar_at, unknown_wrong, unknown_at, addresses = row
    return AccountActivity(
        PasswordLimits(familiar_wrong, familiar_at) if familiar_at else None,
        PasswordLimits(unknown_wrong, unknown_at) if unknown_at else None,
        _addresses(addresses),
    )


def _addresses(text: str) -> tuple[str, ...]:
    """Return the familiar addresses; none where they cannot be read, until the next sign-in."""
    try:
        return load_texts(text)
    except DamagedValue as damage:
        log_once("stored_addresses_unreadable", problem=str(damage))
        return ()


def _save(connection: Connection, name: str, activity: AccountActivity) -> None:
    familiar, unknown = activity.familiar, activity.unknown
    values = {
        "familiar_wrong": familiar.wrong if familiar else 0,
        "familiar_at": familiar.last_at if familiar else None,
        "unknown_wrong": unknown.wrong if unknown else 0,
        "unknown_at": unknown.last_at if unknown else None,
        "addresses": json.dumps(activity.addresses),
        "of_name": name,
    }
    _SAVE_ACTIVITY.run(connection, values)
