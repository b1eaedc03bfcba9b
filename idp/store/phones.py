"""What a call of a phone is answered from, read at one time: :mod:`idp.notices.phones`."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from adapter.mfa.devices.device import Device
from idp.notices.phones import KnownPhone
from idp.store.engine import Database
from idp.store.mfa.devices import BY_ID
from idp.store.mfa_schema import devices
from idp.store.notices import OF_DEVICE, notice_from_row
from idp.store.prepared import Prepared, all_of
from idp.store.schema import users
from idp.store.user_rows import BY_UPN, USER_COLUMNS

_OWNER = select(devices.c.user).where(devices.c.id == bindparam("id")).scalar_subquery()
_USER = Prepared(select(*USER_COLUMNS).where(users.c.upn == _OWNER))


class SqlPhoneStore:
    """The :class:`~idp.notices.phones.PhoneStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, device_id: str) -> KnownPhone | None:
        """Return a device with its notices, or None."""
        key = {"id": device_id}
        questions = ((BY_ID, key), (_USER, key), (OF_DEVICE, {"device": device_id}))
        with self._database.read() as connection:
            found, user, notices = all_of(connection, questions)
        if not found:
            return None
        device = Device(*found[0])
        self._database.know(BY_UPN, {"name": device.user}, user)
        return KnownPhone(device, [notice_from_row(row) for row in notices])
