"""Requests on phones: the storage of :mod:`adapter.mfa.push`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from adapter.errors import TallystickError
from adapter.mfa.protection.block import Block
from adapter.mfa.protection.risk import Risk
from adapter.mfa.push.challenge import Challenge, State
from idp.notices.occasions import Occasion
from idp.store.column_types import Instant
from idp.store.engine import Database
from idp.store.mfa import policies_row, protection, user_row
from idp.store.mfa.open_challenges import end_open
from idp.store.mfa.registrations import register_device
from idp.store.mfa.user_row import UserRow
from idp.store.mfa_schema import challenges, devices
from idp.store.notices import forget_device, tell
from idp.store.prepared import Prepared, Question, all_of


class ChallengeChanged(TallystickError):
    """Raised when a challenge is saved that another process has changed since it was read."""

    code = "challenge_changed"


_FIELDS = tuple(field.name for field in fields(Challenge))
_OF_STATE = ("state", "answered_by", "reported", "version")
"""What may change; SQLite also writes the indexes of a column that is set to its own value."""
_STATE = _FIELDS.index("state")
_values_of = attrgetter(*_FIELDS)
_CHALLENGES = select(*(challenges.c[name] for name in _FIELDS)).order_by(challenges.c.serial)
_BY_ID = Prepared(_CHALLENGES.where(challenges.c.id == bindparam("id")))
_BY_ID_OF_USER = Prepared(
    _CHALLENGES.where(
        challenges.c.id == bindparam("id"),
        challenges.c.user == bindparam("user"),
    )
)
_RECENT = Prepared(
    _CHALLENGES.where(
        challenges.c.user == bindparam("user"),
        challenges.c.created_at >= bindparam("since", type_=Instant),
    )
)
_PENDING = Prepared(
    _CHALLENGES.add_columns(policies_row.TEXT).where(
        challenges.c.user == bindparam("user"),
        challenges.c.created_at > bindparam("since", type_=Instant),
        challenges.c.state == State.PENDING.value,
    )
)
_PENDING_IDS = (
    select(challenges.c.user, challenges.c.id)
    .where(
        challenges.c.user.in_(bindparam("users", expanding=True)),
        challenges.c.created_at > bindparam("since", type_=Instant),
        challenges.c.state == State.PENDING.value,
    )
    .order_by(challenges.c.serial)
)
_ADD = Prepared(insert(challenges).values({name: bindparam(name) for name in _FIELDS}).inline())
_SAVE = Prepared(
    update(challenges)
    .where(
        challenges.c.id == bindparam("of_id"),
        challenges.c.user == bindparam("of_user"),
        challenges.c.version == bindparam("of_version"),
    )
    .values({name: bindparam(name) for name in _OF_STATE})
)
_ITS_DEVICE = (devices.c.id == bindparam("of_id"), devices.c.user == bindparam("of_user"))
_USE_DEVICE = Prepared(
    update(devices).where(*_ITS_DEVICE).values(last_used_at=bindparam("last_used_at"))
)
_REMOVE_DEVICE = (
    delete(devices)
    .where(*_ITS_DEVICE)
    .returning(devices.c.platform, devices.c.name, devices.c.registration)
)


class SqlPushStore:
    """The :class:`~adapter.mfa.push.store.PushStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def transaction(self, user: str, *, durable: bool = True) -> Iterator[SqlPushTransaction]:
        """Open a transaction that excludes all others of this user, on every node."""
        with user_row.locked(self._database, user, durable=durable) as connection:
            yield SqlPushTransaction(connection, user)

    def find(self, challenge_id: str) -> Challenge | None:
        """Return one challenge of any user, or None."""
        with self._database.read() as connection:
            return _one(connection, _BY_ID, {"id": challenge_id})

    def reported_at(self, user: str) -> datetime | None:
        """Return since when a report pauses challenges of this user, or None if none does."""
        return user_row.of_user(self._database.rows, user).pushes_reported_at

    def pending(self, user: str, since: datetime) -> Sequence[Challenge]:
        """Return the user's challenges stored as pending and created after *since*.

        The policies are read at the same moment: they say what a phone is shown of a challenge, and
        a change of them counts for all that are sent after it.
        """
        with self._database.read() as connection:
            rows = _PENDING.all(connection, {"user": user, "since": since})
        if rows:
            policies_row.know(self._database, rows[0][-1])
        return [_challenge(row[:-1]) for row in rows]

    def pending_ids(self, users: Collection[str], since: datetime) -> Mapping[str, tuple[str, ...]]:
        """Return the ids of the pending challenges of many users, created after *since*."""
        found: dict[str, tuple[str, ...]] = {}
        with self._database.read() as connection:
            values = {"users": sorted(users), "since": since}
            for user, identifier in connection.execute(_PENDING_IDS, values):
                found[user] = (*found.get(user, ()), identifier)
        return found


class SqlPushTransaction:
    """The :class:`~adapter.mfa.push.store.PushTransaction` of one connection and one user."""

    def __init__(self, connection: Connection, user: str) -> None:
        self._connection = connection
        self._user = user
        self._row: UserRow | None = None

    def recent(self, since: datetime) -> Sequence[Challenge]:
        """Return the user's challenges created at or after *since*, oldest first.

        What may stop the next one is read at the same time, since it is asked for next.
        """
        recent: Question = (_RECENT, {"user": self._user, "since": since})
        rows, mine = all_of(self._connection, (recent, (user_row.OF_USER, {"user": self._user})))
        self._row = UserRow(*mine[0])
        return [_challenge(row) for row in rows]

    def find(self, challenge_id: str) -> Challenge | None:
        """Return one challenge of this user, or None."""
        return _one(self._connection, _BY_ID_OF_USER, {"id": challenge_id, "user": self._user})

    def add(self, challenge: Challenge) -> None:
        """Store a new challenge."""
        _ADD.run(self._connection, _row_of(challenge))

    def save(self, challenge: Challenge) -> None:
        """Store the next state of a challenge read in this transaction.

        Raises :class:`ChallengeChanged` if the stored one is not its direct predecessor.
        """
        values = {
            "of_id": challenge.id,
            "of_user": challenge.user,
            "of_version": challenge.version - 1,
            "state": challenge.state.value,
            "answered_by": challenge.answered_by,
            "reported": challenge.reported,
            "version": challenge.version,
        }
        if _SAVE.ask(self._connection, values).count() != 1:
            raise ChallengeChanged("The request was answered or replaced meanwhile", "Try again")

    def use_device(self, device_id: str, now: datetime) -> bool:
        """Store that a device of this user was used; return False if it has been removed."""
        keys = {"of_id": device_id, "of_user": self._user, "last_used_at": now}
        return _USE_DEVICE.ask(self._connection, keys).count() == 1

    def remove_device(self, device_id: str, now: datetime) -> bool:
        """Remove a device of this user, and tell the user; return False if there is none."""
        keys = {"of_id": device_id, "of_user": self._user}
        removed = self._connection.execute(_REMOVE_DEVICE, keys).first()
        if removed is None:
            return False
        forget_device(self._connection, device_id)
        *names, registration = removed
        if not registration:
            tell(self._connection, Occasion("device_removed", self._user, now, *names))
        return True

    def register_device(self, device_id: str, now: datetime) -> bool:
        """Register a device that has passed its test; return False if there is none."""
        return register_device(self._connection, self._user, device_id, now)

    def cleared_at(self) -> datetime | None:
        """Return when the user's limit was last cleared, or None if it never was."""
        return self._user_row().pushes_cleared_at

    def clear(self, now: datetime) -> None:
        """Store that challenges may be sent again: earlier ones and reports no longer count."""
        self._row = None
        user_row.change(
            self._connection, self._user, pushes_cleared_at=now, pushes_reported_at=None
        )

    def reported_at(self) -> datetime | None:
        """Return since when a report pauses challenges, or None if none does."""
        return self._user_row().pushes_reported_at

    def pause(self, device_id: str, now: datetime, *, is_blocked: bool = False) -> None:
        """Store that the user reported a challenge on this device, and tell the user."""
        self._row = None
        user_row.change(self._connection, self._user, pushes_reported_at=now)
        told = Occasion("mfa_blocked" if is_blocked else "pushes_paused", self._user, now)
        tell(self._connection, told, except_device=device_id)

    def raise_risk(self, risk: Risk) -> None:
        """Store that the user is at high risk; an earlier risk stays."""
        protection.raise_risk(self._connection, self._user, risk)

    def block(self) -> Block | None:
        """Return what blocks the user's second factors, whether or not it has expired."""
        return self._user_row().block

    def save_block(self, block: Block) -> None:
        """Block the user's second factors, and end open challenges."""
        self._row = None
        protection.save_block(self._connection, self._user, block)
        end_open(self._connection, self._user, State.BLOCKED)

    def _user_row(self) -> UserRow:
        """Return the user's row and block, read once in this transaction unless they change."""
        if self._row is None:
            self._row = user_row.read(self._connection, self._user)
        return self._row


def _row_of(challenge: Challenge) -> dict[str, Any]:
    row = dict(zip(_FIELDS, _values_of(challenge), strict=True))
    return row | {"state": challenge.state.value}


def _challenge(row: tuple[Any, ...]) -> Challenge:
    values = list(row)
    values[_STATE] = State(values[_STATE])
    return Challenge(*values)


def _one(connection: Connection, query: Prepared, values: dict[str, Any]) -> Challenge | None:
    row = query.first(connection, values)
    return None if row is None else _challenge(row)
