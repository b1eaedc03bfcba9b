"""Activated devices: the storage of :mod:`adapter.mfa.devices`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields

from sqlalchemy import Connection, bindparam, insert, select

from adapter.mfa.devices.device import Device
from idp.notices.occasions import Occasion
from idp.store.engine import Database
from idp.store.mfa_schema import devices, is_registered
from idp.store.notices import tell
from idp.store.prepared import Prepared

COLUMNS = tuple(devices.c[field.name] for field in fields(Device))
"""The columns of a device, in the order of its fields."""
_DEVICES = select(*COLUMNS).order_by(devices.c.serial)
OF_USER = Prepared(_DEVICES.where(devices.c.user == bindparam("user"), is_registered))
_OF_REGISTRATION = Prepared(
    _DEVICES.where(
        devices.c.user == bindparam("user"), devices.c.registration == bindparam("registration")
    )
)
_BY_ID = Prepared(_DEVICES.where(devices.c.id == bindparam("id")))


class SqlDeviceStore:
    """The :class:`~adapter.mfa.devices.store.DeviceStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_user(self, user: str) -> Sequence[Device]:
        """Return the user's devices, oldest first."""
        return [Device(*row) for row in self._database.rows(OF_USER, {"user": user})]

    def find(self, device_id: str) -> Device | None:
        """Return one device, or None."""
        with self._database.read() as connection:
            row = _BY_ID.first(connection, {"id": device_id})
        return None if row is None else Device(*row)

    def of_registration(self, user: str, registration: str) -> Device | None:
        """Return the user's phone of a registration that is not complete, or None."""
        values = {"user": user, "registration": registration}
        with self._database.read() as connection:
            row = _OF_REGISTRATION.first(connection, values)
        return None if row is None else Device(*row)


def add_device(connection: Connection, device: Device, seed: str | None = None) -> None:
    """Store a new device, and tell the user if it is registered by that.

    *seed* is sealed; it waits with a device that is not.
    """
    connection.execute(insert(devices), asdict(device) | {"new_seed": seed})
    if not device.registration:
        tell_of_device(connection, device)


def tell_of_device(connection: Connection, device: Device) -> None:
    """Tell the user of a device that was registered."""
    added = Occasion("device_added", device.user, device.activated_at, device.platform, device.name)
    tell(connection, added, except_device=device.id)
