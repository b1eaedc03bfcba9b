"""Counters of wrong passwords: each is locked, read and written in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Text, bindparam, delete, select, text, update

from idp.directory.lockout import (
    AccountActivity,
    AccountState,
    Debit,
    LockoutRules,
    Origin,
    PasswordCounter,
)
from idp.directory.user_store import DebitResult
from idp.store.column_types import Instant, StorableText
from idp.store.prepared import Prepared
from idp.store.schema import account_activity, password_limits
from idp.store.stored_json import DamagedValue, load_texts, log_once

_FIRST_TRY = Prepared(
    text(
        "INSERT INTO password_limits (name, wrong, last_at) VALUES (:name, :wrong, :at)"
        " ON CONFLICT (name) DO NOTHING"
    ).bindparams(bindparam("name", type_=StorableText), bindparam("at", type_=Instant)),
)
_LIMITS = Prepared(  # inserts the row if it is missing, locks it and returns it
    text(
        "INSERT INTO password_limits (name, wrong, last_at) VALUES (:name, 0, :at)"
        " ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING wrong, last_at"
    ).bindparams(bindparam("name", type_=StorableText), bindparam("at", type_=Instant)),
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
LOCKOUT_COLUMNS = (password_limits.c.wrong, password_limits.c.last_at, *_ACTIVITY_COLUMNS)
"""The counters of one account; all None where nobody tried."""

_ACTIVITY = Prepared(  # as above
    text(
        "INSERT INTO account_activity (name) VALUES (:name)"
        " ON CONFLICT (name) DO UPDATE SET name = excluded.name"
        " RETURNING familiar_wrong, familiar_at, unknown_wrong, unknown_at, addresses"
    ).bindparams(bindparam("name", type_=StorableText)),
    returns=(Integer(), Instant(), Integer(), Instant(), Text()),
)
_SAVE_ACTIVITY = Prepared(
    update(account_activity)
    .where(account_activity.c.name == bindparam("of_name"))
    .values({column.name: bindparam(column.name) for column in _ACTIVITY_COLUMNS})
)


def debit(
    connection: Connection, name: str, now: datetime, rules: LockoutRules, origin: Origin
) -> DebitResult:
    """Debit one attempt from the lock-out that decides; with ``log_only`` also from the other."""
    if rules.is_enforced(origin):
        smart = _debit_smart(connection, name, now, rules, origin)
        return DebitResult(smart, smart)
    soft = _debit_soft(connection, name, now, rules)
    is_watched = soft.is_granted and rules.is_smart(origin)
    return DebitResult(
        soft, _debit_smart(connection, name, now, rules, origin) if is_watched else None
    )


def accept(connection: Connection, name: str, rules: LockoutRules, origin: Origin) -> None:
    """Clear the counters after the right password, and store its address as familiar."""
    _CLEAR_LIMITS.run(connection, {"name": name})
    if rules.is_smart(origin):
        before = _activity(connection, name)
        after = before.after_success(origin)
        if after != before:
            _save(connection, name, after)


def clear(connection: Connection, name: str) -> None:
    """Clear the counters; familiar addresses stay."""
    _CLEAR_LIMITS.run(connection, {"name": name})
    cleared = {"familiar_wrong": 0, "familiar_at": None, "unknown_wrong": 0, "unknown_at": None}
    of_name = account_activity.c.name == name
    connection.execute(update(account_activity).where(of_name).values(cleared))


def forget(connection: Connection, name: str) -> None:
    """Delete counters and familiar addresses; whoever knew the old password may have used them."""
    _CLEAR_LIMITS.run(connection, {"name": name})
    connection.execute(delete(account_activity).where(account_activity.c.name == name))


def states(connection: Connection, name: str | None) -> Mapping[str, AccountState]:
    """Return the counters of one account, or of all accounts, by name."""
    soft = select(password_limits)
    smart = select(account_activity.c.name, *_ACTIVITY_COLUMNS)
    if name is not None:
        soft = soft.where(password_limits.c.name == name)
        smart = smart.where(account_activity.c.name == name)
    limits = {row.name: PasswordCounter(row.wrong, row.last_at) for row in connection.execute(soft)}
    activities = {row[0]: _activity_of(row[1:]) for row in connection.execute(smart)}
    return {
        each: AccountState(limits.get(each), activities.get(each, AccountActivity()))
        for each in limits.keys() | activities.keys()
    }


NOBODY_TRIED = AccountState(None, AccountActivity())


def account_state(row: Sequence[Any]) -> AccountState:
    """Return the counters in a row of :data:`LOCKOUT_COLUMNS`."""
    wrong, last_at, *activity = row
    if wrong is None and activity[-1] is None:
        return NOBODY_TRIED
    return AccountState(
        None if wrong is None else PasswordCounter(wrong, last_at),
        AccountActivity() if activity[-1] is None else _activity_of(activity),
    )


def _debit_soft(connection: Connection, name: str, now: datetime, rules: LockoutRules) -> Debit:
    verdict, after = rules.soft.debit(None, now)
    first = {"name": name, "wrong": after.wrong, "at": after.last_at}
    if _FIRST_TRY.ask(connection, first).count():
        return verdict  # as usual: a right password has deleted the counter
    before = PasswordCounter(*_LIMITS.one(connection, {"name": name, "at": now}))
    verdict, after = rules.soft.debit(before, now)
    if verdict.is_granted:
        values = {"wrong": after.wrong, "last_at": after.last_at, "of_name": name}
        _SAVE_LIMITS.run(connection, values)
    return verdict


def _debit_smart(
    connection: Connection, name: str, now: datetime, rules: LockoutRules, origin: Origin
) -> Debit:
    activity = _activity(connection, name)
    familiar = activity.is_familiar(origin)
    verdict, after = rules.limit(familiar=familiar).debit(activity.counter(familiar=familiar), now)
    if verdict.is_granted:
        _save(connection, name, activity.with_counter(after, familiar=familiar))
    return verdict


def _activity(connection: Connection, name: str) -> AccountActivity:
    """Return the row of the account, inserted if it is missing, and locked."""
    return _activity_of(_ACTIVITY.one(connection, {"name": name}))


def _activity_of(row: Any) -> AccountActivity:
    familiar_wrong, familiar_at, unknown_wrong, unknown_at, addresses = row
    return AccountActivity(
        PasswordCounter(familiar_wrong, familiar_at) if familiar_at else None,
        PasswordCounter(unknown_wrong, unknown_at) if unknown_at else None,
        _addresses(addresses),
    )


def _addresses(text: str) -> tuple[str, ...]:
    """Return the familiar addresses; an unreadable list is empty and is replaced at a sign-in."""
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
