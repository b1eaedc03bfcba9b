"""Makes a phone that has passed its test notification a method of its user."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from adapter.mfa.devices.device import Device
from idp.store.mfa.codes import add_seed, must_have_room
from idp.store.mfa.devices import tell_of_device
from idp.store.mfa_schema import devices, is_registered

_FIELDS = [devices.c[field.name] for field in fields(Device)]
_TESTED = select(*_FIELDS, devices.c.new_seed).where(
    devices.c.id == bindparam("id"), devices.c.user == bindparam("user"), ~is_registered
)
_REGISTER = (
    update(devices)
    .where(devices.c.id == bindparam("of_id"))
    .values(registration=None, new_seed=None, activated_at=bindparam("at"))
)


def register_device(connection: Connection, user: str, device_id: str, now: datetime) -> bool:
    """Register a device that has passed its test, with its seed if any, and tell the user.

    The user's row must be locked. Returns False if there is no such device. Raises
    :class:`~adapter.mfa.methods.TooManyMethods`.
    """
    row = connection.execute(_TESTED, {"id": device_id, "user": user}).first()
    if row is None:
        return False
    must_have_room(connection, user)
    *values, sealed = row
    device = replace(Device(*values), activated_at=now)
    connection.execute(_REGISTER, {"of_id": device_id, "at": now})
    tell_of_device(connection, device)
    if sealed is not None:
        add_device_seed(connection, device, sealed)
    return True


def add_device_seed(connection: Connection, device: Device, sealed: str) -> None:
    """Store the sealed seed that a device has, so that its codes count; the user is told."""
    at, name = device.activated_at, device.name
    add_seed(connection, device.user, sealed, at, name=name, device=device.id)
