"""What a call of a phone is answered from, read at one time: :mod:`idp.notices.phones`."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from adapter.mfa.devices.device import Device
from idp.notices.phones import KnownPhone
from idp.store.engine import Database
from idp.store.mfa.devices import COLUMNS
from idp.store.mfa_schema import devices
from idp.store.notices import OF_DEVICE, notice_from_row
from idp.store.prepared import Prepared, all_of
from idp.store.schema import users
from idp.store.user_rows import BY_UPN, USER_COLUMNS, user_from_row

_OF_DEVICE = len(COLUMNS)
_DEVICE_AND_OWNER = Prepared(
    select(*COLUMNS, *USER_COLUMNS)
    .select_from(devices.outerjoin(users, users.c.upn == devices.c.user))
    .where(devices.c.id == bindparam("id"))
)


class SqlPhoneStore:
    """The :class:`~idp.notices.phones.PhoneStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, device_id: str) -> KnownPhone | None:
        """Return a device with its user and notices, or None."""
        questions = ((_DEVICE_AND_OWNER, {"id": device_id}), (OF_DEVICE, {"device": device_id}))
        with self._database.read() as connection:
            found, notices = all_of(connection, questions)
        if not found:
            return None
        device, row = Device(*found[0][:_OF_DEVICE]), found[0][_OF_DEVICE:]
        owners = [] if row[0] is None else [row]
        self._database.know(BY_UPN, {"name": device.user}, owners)
        return KnownPhone(
            device,
            user_from_row(row) if owners else None,
            [notice_from_row(notice) for notice in notices],
        )
