"""What a call of a phone is answered from, read at one time: :mod:`idp.notices.phones`."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import bindparam, select

from adapter.mfa.devices.device import Device
from idp.notices.phones import KnownPhone
from idp.store.engine import Database
from idp.store.mfa_schema import devices
from idp.store.notices import OF_DEVICE, notice_from_row
from idp.store.prepared import Prepared, all_of
from idp.store.schema import users
from idp.store.user_rows import BY_UPN, USER_COLUMNS

_DEVICE_COLUMNS = [devices.c[field.name] for field in fields(Device)]
_PHONE = Prepared(
    select(*_DEVICE_COLUMNS, *USER_COLUMNS)
    .outerjoin(users, users.c.upn == devices.c.user)
    .where(devices.c.id == bindparam("id"))
)


class SqlPhoneStore:
    """The :class:`~idp.notices.phones.PhoneStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, device_id: str) -> KnownPhone | None:
        """Return a device with its notices, or None."""
        questions = ((_PHONE, {"id": device_id}), (OF_DEVICE, {"device": device_id}))
        with self._database.read() as connection:
            found, notices = all_of(connection, questions)
        if not found:
            return None
        row = found[0]
        device, user = Device(*row[: len(_DEVICE_COLUMNS)]), row[len(_DEVICE_COLUMNS) :]
        self._database.know(BY_UPN, {"name": device.user}, [] if user[0] is None else [user])
        return KnownPhone(device, [notice_from_row(row) for row in notices])
