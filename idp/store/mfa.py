"""Second factors in the database: the store that :mod:`adapter.mfa.ports` asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Table, bindparam, insert, select, text, update

from adapter.errors import TallystickError
from adapter.mfa.codes.limits import CodeLimits
from adapter.mfa.devices import Device
from adapter.mfa.ports import Activation
from adapter.mfa.push.challenge import Challenge, State
from idp.store import used_once
from idp.store.engine import Database
from idp.store.prepared import Prepared
from idp.store.schema import Instant, Words, activations, challenges, devices, mfa_users


class Seal(Protocol):
    """What keeps a seed secret at rest: an authenticated encryption bound to its user."""

    def seal(self, payload: dict[str, Any], *, bound_to: str = "") -> str:
        """Return *payload* as sealed text."""

    def open(self, token: str, *, bound_to: str = "") -> dict[str, Any]:
        """Return what was sealed; raise when it was bound to another or changed."""


class ChallengeChanged(TallystickError):
    """Raised when a challenge is saved that somebody else has moved on since it was read."""

    code = "challenge_changed"


def _columns(table: Table, value: type) -> list[Any]:
    return [table.c[field.name] for field in fields(value)]


_CHALLENGE_FIELDS = tuple(field.name for field in fields(Challenge))
_CHALLENGES = select(*_columns(challenges, Challenge)).order_by(challenges.c.serial)
_CHALLENGE = Prepared(_CHALLENGES.where(challenges.c.id == bindparam("id")))
_CHALLENGE_OF = Prepared(
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
    _CHALLENGES.where(
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
_ADD_CHALLENGE = Prepared(
    insert(challenges).values({name: bindparam(name) for name in _CHALLENGE_FIELDS}).inline()
)
_SAVE_CHALLENGE = Prepared(
    update(challenges)
    .where(
        challenges.c.id == bindparam("of_id"),
        challenges.c.user == bindparam("of_user"),
        challenges.c.version == bindparam("of_version"),
    )
    .values({name: bindparam(name) for name in _CHALLENGE_FIELDS if name not in ("id", "user")})
    .returning(challenges.c.id),
    returns=(challenges.c.id.type,),
)

_DEVICES = select(*_columns(devices, Device)).order_by(devices.c.serial)
_DEVICES_OF = Prepared(_DEVICES.where(devices.c.user == bindparam("user")))
_DEVICE = Prepared(_DEVICES.where(devices.c.id == bindparam("id")))


class _MfaUser(NamedTuple):
    wrong_codes: int
    codes_locked_until: datetime | None
    pushes_cleared_at: datetime | None
    totp_seed: str | None


_MFA_USER = Prepared(
    select(*(mfa_users.c[name] for name in _MfaUser._fields)).where(
        mfa_users.c.user == bindparam("user")
    )
)
_LOCK_MFA_USER = text(  # makes the row or finds it, and locks it either way
    'INSERT INTO mfa_users ("user") VALUES (:user)'
    ' ON CONFLICT ("user") DO UPDATE SET "user" = excluded."user"'
).bindparams(bindparam("user", type_=Words))
_CHANGE_MFA_USER = update(mfa_users).where(mfa_users.c.user == bindparam("of_user"))

_LIVE_ACTIVATIONS = select(*_columns(activations, Activation)).where(
    activations.c.handle == bindparam("handle"),
    activations.c.expires_at > bindparam("now", type_=Instant),
    ~activations.c.ended,
)
_TRY_ACTIVATIONS = (
    update(activations)
    .where(
        activations.c.handle == bindparam("of_handle"),
        activations.c.expires_at > bindparam("now", type_=Instant),
        activations.c.tries < bindparam("limit"),
        ~activations.c.ended,
    )
    .values(tries=activations.c.tries + 1)
    .returning(*_columns(activations, Activation))
)
_END_ACTIVATION = (
    update(activations)
    .where(activations.c.id == bindparam("of_id"), ~activations.c.ended)
    .values(ended=True)
    .returning(activations.c.id)
)


class SqlMfaStore:
    """The :class:`~adapter.mfa.ports.MfaStore` of a database; seeds are sealed by *seal*."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    @contextmanager
    def transaction(self, user: str) -> Iterator[SqlMfaTransaction]:
        """Open a transaction in which this user's rows are ours alone, on every node."""
        with self._database.write() as connection:
            if not self._database.is_sqlite:  # there the transaction alone is exclusive
                connection.execute(_LOCK_MFA_USER, {"user": user})
            yield SqlMfaTransaction(connection, user, self._seal)

    def devices_of(self, user: str) -> Sequence[Device]:
        """Return the user's activated devices, oldest first."""
        with self._database.read() as connection:
            return [Device(*row) for row in _DEVICES_OF.all(connection, {"user": user})]

    def device(self, device_id: str) -> Device | None:
        """Return one device."""
        with self._database.read() as connection:
            row = _DEVICE.first(connection, {"id": device_id})
        return None if row is None else Device(*row)

    def has_totp(self, user: str) -> bool:
        """Say whether the user has a source of codes."""
        with self._database.read() as connection:
            found = _mfa_user(connection, user)
        return found is not None and found.totp_seed is not None

    def save_totp_seed(self, user: str, seed: str) -> None:
        """Store the seed, sealed; it replaces an earlier one."""
        with self._database.write() as connection:
            _save_seed(connection, self._seal, user, seed)

    def challenge(self, challenge_id: str) -> Challenge | None:
        """Return one challenge."""
        with self._database.read() as connection:
            return _one_challenge(connection, _CHALLENGE, {"id": challenge_id})

    def pending_challenges(self, user: str, since: datetime) -> Sequence[Challenge]:
        """Return the user's challenges in state pending, created after *since*."""
        with self._database.read() as connection:
            return _all_challenges(connection, _PENDING, {"user": user, "since": since})

    def pending_ids(self, users: Collection[str], since: datetime) -> Mapping[str, tuple[str, ...]]:
        """Return the ids of the pending challenges of many users, created after *since*."""
        found: dict[str, tuple[str, ...]] = {}
        with self._database.read() as connection:
            values = {"users": sorted(users), "since": since}
            for user, identifier in connection.execute(_PENDING_IDS, values):
                found[user] = (*found.get(user, ()), identifier)
        return found

    def add_activation(self, activation: Activation) -> None:
        """Store a new activation."""
        with self._database.write() as connection:
            connection.execute(insert(activations), asdict(activation))

    def live_activations(self, handle: str, now: datetime) -> Sequence[Activation]:
        """Return the activations of this handle that have neither ended nor expired."""
        with self._database.read() as connection:
            rows = connection.execute(_LIVE_ACTIVATIONS, {"handle": handle, "now": now})
            return [Activation(*row) for row in rows]

    def try_activations(self, handle: str, now: datetime, limit: int) -> Sequence[Activation]:
        """Count a try against each live activation of this handle that has had fewer than *limit*.

        Return just those.
        """
        values = {"of_handle": handle, "now": now, "limit": limit}
        with self._database.write() as connection:
            return [Activation(*row) for row in connection.execute(_TRY_ACTIVATIONS, values)]

    def finish_activation(self, activation: Activation, device: Device, seed: str | None) -> bool:
        """End the activation and store its device and seed together; False when it had ended."""
        with self._database.write() as connection:
            if connection.execute(_END_ACTIVATION, {"of_id": activation.id}).first() is None:
                return False
            connection.execute(insert(devices), asdict(device))
            if seed is not None:
                _save_seed(connection, self._seal, device.user, seed)
            return True

    def clear_limits(self, user: str, now: datetime) -> None:
        """Forget the user's wrong codes and unanswered pushes (an administrator's unlock)."""
        with self._database.write() as connection:
            _change_user(
                connection, user, wrong_codes=0, codes_locked_until=None, pushes_cleared_at=now
            )


class SqlMfaTransaction:
    """The :class:`~adapter.mfa.ports.MfaTransaction` of one connection, for one user."""

    def __init__(self, connection: Connection, owner: str, seal: Seal) -> None:
        self._connection = connection
        self._owner = owner
        self._seal = seal

    def recent_challenges(self, user: str, since: datetime) -> Sequence[Challenge]:
        """Return the user's challenges created at or after *since*, oldest first."""
        return _all_challenges(self._connection, _RECENT, {"user": user, "since": since})

    def add_challenge(self, challenge: Challenge) -> None:
        """Store a new challenge."""
        _ADD_CHALLENGE.run(self._connection, _row_of(challenge))

    def challenge(self, challenge_id: str) -> Challenge | None:
        """Return one challenge of the user whose transaction this is."""
        keys = {"id": challenge_id, "user": self._owner}
        return _one_challenge(self._connection, _CHALLENGE_OF, keys)

    def save_challenge(self, challenge: Challenge) -> None:
        """Store the next state of a challenge read in this transaction.

        Raises :class:`ChallengeChanged` when the stored one is not its direct predecessor.
        """
        keys = {
            "of_id": challenge.id,
            "of_user": challenge.user,
            "of_version": challenge.version - 1,
        }
        if _SAVE_CHALLENGE.first(self._connection, _row_of(challenge) | keys) is None:
            raise ChallengeChanged("The request was answered or replaced meanwhile", "Try again")

    def pushes_cleared_at(self, user: str) -> datetime | None:
        """Return when an administrator last cleared the user's push limit."""
        row = self._user(user)
        return None if row is None else row.pushes_cleared_at

    def code_limits(self, user: str) -> CodeLimits:
        """Return the user's wrong codes."""
        row = self._user(user)
        return CodeLimits() if row is None else CodeLimits(row.wrong_codes, row.codes_locked_until)

    def save_code_limits(self, user: str, limits: CodeLimits) -> None:
        """Store them."""
        _change_user(
            self._connection,
            user,
            wrong_codes=limits.wrong,
            codes_locked_until=limits.locked_until,
        )

    def totp_seed(self, user: str) -> str | None:
        """Return the Base32 seed of the user's codes, or None without any."""
        row = self._user(user)
        if row is None or row.totp_seed is None:
            return None
        return str(self._seal.open(row.totp_seed, bound_to=user)["seed"])

    def claim(self, kind: str, key: str, expires_at: datetime) -> bool:
        """Use up *key* of *kind*; False when it was used before (one unique insert)."""
        return used_once.claim(self._connection, kind, key, expires_at)

    def _user(self, user: str) -> _MfaUser | None:
        return _mfa_user(self._connection, user)


def _mfa_user(connection: Connection, user: str) -> _MfaUser | None:
    row = _MFA_USER.first(connection, {"user": user})
    return None if row is None else _MfaUser(*row)


def _save_seed(connection: Connection, seal: Seal, user: str, seed: str) -> None:
    _change_user(connection, user, totp_seed=seal.seal({"seed": seed}, bound_to=user))


def _change_user(connection: Connection, user: str, **values: object) -> None:
    connection.execute(_LOCK_MFA_USER, {"user": user})
    connection.execute(_CHANGE_MFA_USER.values(values), {"of_user": user})


def _row_of(challenge: Challenge) -> dict[str, Any]:
    row = {name: getattr(challenge, name) for name in _CHALLENGE_FIELDS}
    return row | {"state": challenge.state.value}


def _challenge(row: tuple[Any, ...]) -> Challenge:
    values = dict(zip(_CHALLENGE_FIELDS, row, strict=True))
    return Challenge(**{**values, "state": State(values["state"])})


def _one_challenge(
    connection: Connection, query: Prepared, values: dict[str, Any]
) -> Challenge | None:
    row = query.first(connection, values)
    return None if row is None else _challenge(row)


def _all_challenges(
    connection: Connection, query: Prepared, values: dict[str, Any]
) -> list[Challenge]:
    return [_challenge(row) for row in query.all(connection, values)]
