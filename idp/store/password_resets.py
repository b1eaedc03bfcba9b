"""Password resets in the database: implements :mod:`idp.mfa.password_reset`."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, delete, insert, select, text, update

from idp.audit.record import SignInRecord
from idp.directory.lockout import PasswordCounter
from idp.mfa.password_reset import DONE, ENDED, FAILURES, OPEN, Reset, ResetEnded, StepTaken
from idp.notices.occasions import Occasion
from idp.store import lockout, sign_in_log
from idp.store.column_types import Instant, StorableText
from idp.store.engine import Database
from idp.store.notices import tell
from idp.store.prepared import Prepared
from idp.store.schema import password_resets, reset_limits
from idp.store.users import change_user

_FIELDS = tuple(field.name for field in fields(Reset))
_BY_ID = select(*(password_resets.c[name] for name in _FIELDS)).where(
    password_resets.c.id == bindparam("of_id"),
    password_resets.c.state != ENDED,
    password_resets.c.ends_at > bindparam("now", type_=Instant),
)
_NEXT_STEP = (
    update(password_resets)
    .where(
        password_resets.c.id == bindparam("of_id"),
        password_resets.c.step == bindparam("of_step"),
        password_resets.c.state == OPEN,
    )
    .values(step=password_resets.c.step + 1)
    .returning(password_resets.c.step)
)
_END_OTHERS = (
    update(password_resets)
    .where(
        password_resets.c.user == bindparam("of_user"),
        password_resets.c.id != bindparam("of_id"),
        password_resets.c.state == OPEN,
    )
    .values(state=ENDED)
)
_COUNTER = Prepared(  # inserts the row if it is missing, locks it and returns it
    text(
        "INSERT INTO reset_limits (account, wrong, last_at) VALUES (:account, 0, :at)"
        " ON CONFLICT (account) DO UPDATE SET account = excluded.account RETURNING wrong, last_at"
    ).bindparams(bindparam("account", type_=StorableText), bindparam("at", type_=Instant)),
    returns=(Integer(), Instant()),
)
_OF_ACCOUNT = reset_limits.c.account == bindparam("of_account")
_SAVE_COUNTER = update(reset_limits).where(_OF_ACCOUNT)
_GIVE_BACK = (
    update(reset_limits)
    .where(_OF_ACCOUNT, reset_limits.c.wrong > 0)
    .values(wrong=reset_limits.c.wrong - 1)
)


class SqlResetStore:
    """The :class:`~idp.mfa.password_reset.ResetStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, reset: Reset) -> None:
        """Store a new reset."""
        row = {name: getattr(reset, name) for name in _FIELDS}
        with self._database.write() as connection:
            connection.execute(insert(password_resets), row | {"proved": " ".join(reset.proved)})

    def find(self, reset_id: str, now: datetime) -> Reset:
        """Return the reset of this id; raises :class:`ResetEnded` unless it is open or done."""
        with self._database.read() as connection:
            row = connection.execute(_BY_ID, {"of_id": reset_id, "now": now}).first()
        if row is None:
            raise ResetEnded
        values = row._mapping
        return Reset(**{**values, "proved": tuple(values["proved"].split())})

    def is_locked(self, account: str, now: datetime) -> bool:
        """Say whether no proof of this account is taken now."""
        with self._database.read() as connection:
            return _is_locked(connection, account, now)

    def claim(self, reset: Reset, now: datetime, *, is_try: bool = False) -> tuple[Reset, bool]:
        """Take this step of *reset*, and debit a try from its account; raises StepTaken."""
        if now >= reset.ends_at:
            raise ResetEnded
        with self._database.write() as connection:
            claimed = replace(reset, step=_next_step(connection, reset))
            return claimed, not is_try or _debit(connection, reset.account, now)

    def save(self, reset: Reset, *, gives_back: bool = False) -> Reset:
        """Store what became of a claimed step; raises StepTaken."""
        with self._database.write() as connection:
            values = {"proved": " ".join(reset.proved), "asked": reset.asked}
            step = _next_step(connection, reset, **values)
            if gives_back:
                connection.execute(_GIVE_BACK, {"of_account": reset.account})
        return replace(reset, step=step)

    def finish(self, reset: Reset, password_hash: str, now: datetime, log: SignInRecord) -> None:
        """Set the password with all that follows from it, or raise ResetEnded.

        The user's row is taken first: of two resets of one user, the second waits for it and then
        finds the user changed.
        """
        if reset.user is None or now >= reset.ends_at:
            raise ResetEnded
        with self._database.write() as connection:
            _set_password(connection, reset, password_hash, now)
            if _is_locked(connection, reset.account, now):
                raise ResetEnded
            try:
                _next_step(connection, reset, state=DONE)
            except StepTaken:
                raise ResetEnded from None
            lockout.forget(connection, reset.user)
            connection.execute(delete(reset_limits).where(reset_limits.c.account == reset.account))
            connection.execute(_END_OTHERS, {"of_user": reset.user, "of_id": reset.id})
            tell(connection, Occasion("password_reset", reset.user, now))
            sign_in_log.append(connection, log)


def _set_password(connection: Connection, reset: Reset, password_hash: str, now: datetime) -> None:
    """Store the hash; raises ResetEnded if the user was changed or disabled since the start."""
    values = {"password_hash": password_hash, "valid_from": now, "must_change": False}
    user = change_user(connection, reset.user or "", reset.valid_from, **values)
    if user is None or user.disabled:
        raise ResetEnded


def _next_step(connection: Connection, reset: Reset, **values: Any) -> int:
    """Change the row if it is at the step of *reset*; return its new step, or raise StepTaken."""
    change = _NEXT_STEP.values(values)
    key = {"of_id": reset.id, "of_step": reset.step}
    row = connection.execute(change, key).first()
    if row is None:
        raise StepTaken
    return int(row.step)


def _debit(connection: Connection, account: str, now: datetime) -> bool:
    before = PasswordCounter(*_COUNTER.one(connection, {"account": account, "at": now}))
    verdict, after = FAILURES.debit(before, now)
    values = {"wrong": after.wrong, "last_at": after.last_at}
    connection.execute(_SAVE_COUNTER.values(values), {"of_account": account})
    return verdict.is_granted


def _is_locked(connection: Connection, account: str, now: datetime) -> bool:
    counter = select(reset_limits.c.wrong, reset_limits.c.last_at).where(_OF_ACCOUNT)
    row = connection.execute(counter, {"of_account": account}).first()
    return row is not None and FAILURES.is_locked(PasswordCounter(*row), now)
