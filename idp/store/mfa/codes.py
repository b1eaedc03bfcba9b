"""Seeds and wrong codes: the storage of :mod:`adapter.mfa.codes`.

A user's first source of codes is in the row of ``mfa_users``, further ones are in ``code_apps``,
and hardware tokens in their own table.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from adapter.mfa.codes.hardware import HardwareToken, NewToken
from adapter.mfa.codes.limits import CodeLimits
from adapter.mfa.codes.store import FIRST_ID, CodeSource, Seed, TokenRefusal
from adapter.mfa.methods import MAX_APPS, TooManyMethods
from adapter.mfa.policy import AUTHENTICATOR_CODE, CODE_APP, HARDWARE_TOKEN
from adapter.mfa.protection.block import Block
from adapter.mfa.tokens import token
from idp.notices.occasions import Occasion
from idp.session.seal import Seal
from idp.store import used_once
from idp.store.engine import Database
from idp.store.mfa import code_sources, hardware_tokens, user_row
from idp.store.mfa_schema import code_apps, devices, is_registered
from idp.store.mfa_schema import hardware_tokens as token_table
from idp.store.notices import tell
from idp.store.prepared import Prepared, reading

_random = secrets.SystemRandom()

_COLUMNS_OF_FIRST = ("totp_seed", "seed_created_at", "code_used_at", "seed_app", "seed_name")

_MINE = code_apps.c.user == bindparam("user")
_ONE = (code_apps.c.id == bindparam("of_id"), code_apps.c.user == bindparam("of_user"))
_COUNT_DEVICES = (
    select(func.count())
    .select_from(devices)
    .where(devices.c.user == bindparam("user"), is_registered)
)
_SEEDS = Prepared(
    select(code_apps.c.id, code_apps.c.app, code_apps.c.seed)
    .where(_MINE)
    .order_by(code_apps.c.serial)
)
_MARK_USED = update(code_apps).where(*_ONE).values(last_used_at=bindparam("last_used_at"))
_REMOVE = delete(code_apps).where(*_ONE).returning(code_apps.c.id)


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

    def sources_of(self, user: str) -> Sequence[CodeSource]:
        """Return the user's sources of codes, oldest first."""
        return code_sources.sources(self._database.rows, user)

    def save_seed(self, user: str, seed: str, now: datetime, *, app: str, name: str = "") -> None:
        """Store the seed, sealed, in place of the first, and tell the user."""
        with self._database.write() as connection:
            sealed = seal_seed(self._seal, user, seed)
            _save_first(connection, user, sealed, now, app=app, name=name)
            tell(connection, Occasion("codes_added", user, now))

    def add_seed(self, user: str, seed: str, now: datetime, *, app: str, name: str = "") -> None:
        """Store the seed, sealed, as one more, and tell the user."""
        with user_row.locked(self._database, user) as connection:
            if app == CODE_APP:
                must_have_room(connection, user)
            sealed = seal_seed(self._seal, user, seed)
            add_seed(connection, user, sealed, now, app=app, name=name)

    def tokens(self, user: str | None = None) -> Sequence[HardwareToken]:
        """Return the hardware tokens of all users, or of one, oldest first."""
        with self._database.read() as connection:
            return hardware_tokens.tokens(connection, user)

    def page_of_tokens(self, after: int, limit: int) -> tuple[Sequence[HardwareToken], int | None]:
        """Return a page of the tokens of all users, and where the next one goes on, if any."""
        with self._database.read() as connection:
            return hardware_tokens.page(connection, after, limit)

    def add_tokens(
        self, tokens: Sequence[NewToken], now: datetime, *, only_check: bool = False
    ) -> Mapping[int, TokenRefusal]:
        """Store tokens that wait for their activation, all or none; return why not."""
        with self._database.write(alone=token_table) as connection:
            if not self._database.is_sqlite:
                user_row.lock(connection, {each.user for each in tokens})
            refused = _refusals(connection, tokens)
            if not refused and not only_check:
                for each in tokens:
                    sealed = seal_seed(self._seal, each.user, each.secret)
                    hardware_tokens.add(connection, each, sealed, now)
        return refused


class SqlCodeTransaction:
    """The :class:`~adapter.mfa.codes.store.CodeTransaction` of one connection and one user."""

    def __init__(self, connection: Connection, user: str, seal: Seal) -> None:
        self._connection = connection
        self._user = user
        self._seal = seal

    def limits(self) -> CodeLimits:
        """Return the user's wrong codes."""
        row = user_row.read(self._connection, self._user)
        return CodeLimits(row.wrong_codes, row.codes_locked_until)

    def save_limits(self, limits: CodeLimits) -> None:
        """Store the user's wrong codes."""
        user_row.change(
            self._connection,
            self._user,
            wrong_codes=limits.wrong,
            codes_locked_until=limits.locked_until,
        )

    def seeds(self) -> Sequence[Seed]:
        """Return the user's seeds; raises if another user's was put in the place of one."""
        first = user_row.read(self._connection, self._user)
        sealed = list(_SEEDS.all(self._connection, {"user": self._user}))
        if first.totp_seed is not None:
            sealed.insert(0, (FIRST_ID, first.seed_app or AUTHENTICATOR_CODE, first.totp_seed))
        return [
            *(Seed(identifier, app, self._opened(text)) for identifier, app, text in sealed),
            *(
                Seed(identifier, HARDWARE_TOKEN, self._opened(text), period)
                for identifier, text, period in hardware_tokens.seeds(self._connection, self._user)
            ),
        ]

    def add_seed(self, seed: str, now: datetime, *, app: str, name: str) -> str:
        """Store one more seed and return the source's id; the user is told."""
        must_have_room(self._connection, self._user)
        sealed = seal_seed(self._seal, self._user, seed)
        return add_seed(self._connection, self._user, sealed, now, app=app, name=name)

    def waiting_seed(self, token_id: str) -> Seed | None:
        """Return the seed of a token that waits for its activation, None if none does."""
        found = hardware_tokens.waiting_seed(self._connection, self._user, token_id)
        return found and Seed(token_id, HARDWARE_TOKEN, self._opened(found[0]), found[1])

    def activate(self, token_id: str, now: datetime) -> None:
        """Make the codes of a waiting token count from now on, and tell the user."""
        hardware_tokens.activate(self._connection, self._user, token_id, now)
        tell(self._connection, Occasion("codes_added", self._user, now))

    def mark_used(self, source_id: str, now: datetime) -> None:
        """Store that a code of this source was right at *now*, and send pushes again."""
        row: dict[str, datetime | None] = {"pushes_reported_at": None}
        if source_id == FIRST_ID:
            row["code_used_at"] = now
        else:
            self._connection.execute(_MARK_USED, self._key(source_id) | {"last_used_at": now})
            hardware_tokens.mark_used(self._connection, self._user, source_id, now)
        user_row.change(self._connection, self._user, **row)

    def remove_seed(self, source_id: str, now: datetime) -> bool:
        """Remove a source, and tell the user; return False if the user has none of this id."""
        is_removed = (
            self._remove_first()
            if source_id == FIRST_ID
            else self._connection.execute(_REMOVE, self._key(source_id)).first() is not None
        )
        removed = hardware_tokens.remove(self._connection, self._user, source_id)
        if is_removed or (removed and removed[0]):  # of a waiting token the user was never told
            tell(self._connection, Occasion("codes_removed", self._user, now))
        return is_removed or removed is not None

    def _remove_first(self) -> bool:
        if user_row.read(self._connection, self._user).totp_seed is None:
            return False
        user_row.change(self._connection, self._user, **dict.fromkeys(_COLUMNS_OF_FIRST))
        return True

    def block(self) -> Block | None:
        """Return what blocks the user's second factors, whether or not it has expired."""
        return user_row.read(self._connection, self._user).block

    def claim(self, kind: str, key: str, expires_at: datetime) -> bool:
        """Use up *key* of *kind*; return False if it was used before (one unique insert)."""
        return used_once.claim(self._connection, kind, key, expires_at)

    def _opened(self, sealed: str) -> str:
        return str(self._seal.open(sealed, bound_to=self._user)["seed"])

    def _key(self, source_id: str) -> dict[str, object]:
        return {"of_id": source_id, "of_user": self._user}


def must_have_room(connection: Connection, user: str) -> None:
    """Raise :class:`TooManyMethods` if the user has as many apps as a user may have.

    The user's row must be locked, so that no other transaction adds one meanwhile.
    """
    if _count_apps(connection, user) >= MAX_APPS:
        raise TooManyMethods(user)


def _count_apps(connection: Connection, user: str) -> int:
    """Return how many apps and tokens the user has, also tokens that wait."""
    phones = int(connection.execute(_COUNT_DEVICES, {"user": user}).scalar_one())
    sources = code_sources.sources(reading(connection), user)
    others = sum(source.app == CODE_APP for source in sources)
    return phones + others + len(hardware_tokens.tokens(connection, user))


def _refusals(connection: Connection, tokens: Sequence[NewToken]) -> dict[int, TokenRefusal]:
    """Return why tokens cannot be added, by their place."""
    taken = hardware_tokens.serial_numbers(connection)
    apps = {user: _count_apps(connection, user) for user in {each.user for each in tokens}}
    refused = {}
    for place, new in enumerate(tokens):
        apps[new.user] += 1
        if new.serial_number in taken:
            refused[place] = TokenRefusal.TAKEN
        elif apps[new.user] > MAX_APPS:
            refused[place] = TokenRefusal.FULL
        taken.add(new.serial_number)
    return refused


def add_seed(
    connection: Connection,
    user: str,
    sealed: str,
    now: datetime,
    *,
    app: str = AUTHENTICATOR_CODE,
    name: str = "",
    device: str | None = None,
) -> str:
    """Store one more seed, sealed by :func:`seal_seed`, and tell the user, in one transaction.

    Returns the id of the new source.
    ``device`` is the id of the device that has it too, which needs no notice.
    """
    if user_row.read(connection, user).totp_seed is None:
        source_id = FIRST_ID
        _save_first(connection, user, sealed, now, app=app, name=name)
    else:
        source_id = token(_random)
        row = {"user": user, "name": name, "app": app, "seed": sealed, "created_at": now}
        connection.execute(insert(code_apps), {"id": source_id, **row})
    tell(connection, Occasion("codes_added", user, now), except_device=device)
    return source_id


def _save_first(
    connection: Connection, user: str, sealed: str, now: datetime, *, app: str, name: str
) -> None:
    user_row.change(
        connection,
        user,
        totp_seed=sealed,
        seed_created_at=now,
        code_used_at=None,
        seed_app=app,
        seed_name=name,
    )


def seal_seed(seal: Seal, user: str, seed: str) -> str:
    """Return the seed (Base32) sealed for this user alone, as it is stored."""
    return seal.seal({"seed": seed}, bound_to=user)
