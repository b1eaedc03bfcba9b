"""Activation codes: the storage of :mod:`adapter.mfa.devices.activations`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from adapter.mfa.devices.activation import Activation
from adapter.mfa.devices.device import Device
from idp.session.seal import Seal
from idp.store.column_types import Instant
from idp.store.engine import Database
from idp.store.mfa import user_row
from idp.store.mfa.codes import must_have_room, seal_seed
from idp.store.mfa.devices import add_device
from idp.store.mfa.registrations import add_device_seed
from idp.store.mfa_schema import activations

_COLUMNS = tuple(activations.c[field.name] for field in fields(Activation))
_LIVE = select(*_COLUMNS).where(
    activations.c.handle == bindparam("handle"),
    activations.c.expires_at > bindparam("now", type_=Instant),
    ~activations.c.ended,
)
_BY_LINK = select(*_COLUMNS).where(
    activations.c.link_digest == bindparam("link_digest"),
    activations.c.expires_at > bindparam("now", type_=Instant),
    ~activations.c.ended,
)
_OF_USER = (
    select(*_COLUMNS)
    .where(
        activations.c.user == bindparam("user"),
        activations.c.expires_at > bindparam("now", type_=Instant),
        ~activations.c.ended,
    )
    .order_by(activations.c.expires_at)
)
_COUNT_TRY = (
    update(activations)
    .where(
        activations.c.handle == bindparam("of_handle"),
        activations.c.expires_at > bindparam("now", type_=Instant),
        activations.c.tries < bindparam("limit"),
        ~activations.c.ended,
    )
    .values(tries=activations.c.tries + 1)
    .returning(*_COLUMNS)
)
_END = (
    update(activations)
    .where(
        activations.c.id == bindparam("of_id"),
        activations.c.user == bindparam("of_user"),  # who may have another name by now
        ~activations.c.ended,
    )
    .values(ended=True)
    .returning(activations.c.id)
)


class SqlActivationStore:
    """The :class:`~adapter.mfa.devices.store.ActivationStore` of a database."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def add(self, activation: Activation) -> None:
        """Store a new activation."""
        with self._database.write() as connection:
            connection.execute(insert(activations), asdict(activation))

    def live(self, handle: str, now: datetime) -> Sequence[Activation]:
        """Return the activations of this handle that have neither ended nor expired."""
        with self._database.read() as connection:
            rows = connection.execute(_LIVE, {"handle": handle, "now": now})
            return [Activation(*row) for row in rows]

    def by_link(self, link_digest: bytes, now: datetime) -> Activation | None:
        """Return the activation of this link that has neither ended nor expired, or None."""
        with self._database.read() as connection:
            values = {"link_digest": link_digest, "now": now}
            row = connection.execute(_BY_LINK, values).first()
        return None if row is None else Activation(*row)

    def count_try(self, handle: str, now: datetime, limit: int) -> Sequence[Activation]:
        """Count a try against each live activation of this handle that has had fewer than *limit*.

        Returns just those.
        """
        values = {"of_handle": handle, "now": now, "limit": limit}
        with self._database.write() as connection:
            return [Activation(*row) for row in connection.execute(_COUNT_TRY, values)]

    def of_user(self, user: str, now: datetime) -> Sequence[Activation]:
        """Return the user's activations that have neither ended nor expired, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(_OF_USER, {"user": user, "now": now})
            return [Activation(*row) for row in rows]

    def end(self, user: str, activation_id: str | None = None) -> bool:
        """End one activation of the user, or all without an id; say whether there was any."""
        ended = update(activations).where(activations.c.user == user, ~activations.c.ended)
        if activation_id is not None:
            ended = ended.where(activations.c.id == activation_id)
        with self._database.write() as connection:
            rows = connection.execute(ended.values(ended=True).returning(activations.c.id)).all()
        return bool(rows)

    def finish(self, activation: Activation, device: Device, seed: str | None) -> bool:
        """End the activation, store its device and seed, and tell the user, all together.

        A device that has a test to pass is not told of yet, and its seed waits with it.

        Returns False if it has ended. Raises :class:`~adapter.mfa.methods.TooManyMethods`, and
        changes nothing then.
        """
        with user_row.locked(self._database, device.user) as connection:
            key = {"of_id": activation.id, "of_user": device.user}
            if connection.execute(_END, key).first() is None:
                return False
            must_have_room(connection, device.user)
            sealed = None if seed is None else seal_seed(self._seal, device.user, seed)
            if device.registration:
                add_device(connection, device, sealed)
                return True
            add_device(connection, device)
            if sealed is not None:
                add_device_seed(connection, device, sealed)
            return True
