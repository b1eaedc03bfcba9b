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
from idp.store.user_rows import USER_COLUMNS, user_from_row

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
        device, owner = found[0][:_OF_DEVICE], found[0][_OF_DEVICE:]
        return KnownPhone(
            Device(*device),
            None if owner[0] is None else user_from_row(owner),
            [notice_from_row(row) for row in notices],
        )
