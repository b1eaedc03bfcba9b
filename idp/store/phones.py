"""What a call of a phone is answered from, read at one time: :mod:`idp.notices.phones`."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from adapter.mfa.devices.device import Device
from idp.notices.phones import KnownPhone
from idp.store.engine import Database
from idp.store.mfa.devices import COLUMNS
from idp.store.mfa_schema import devices, notices
from idp.store.notices import NOTICE_COLUMNS, notice_from_row
from idp.store.prepared import Prepared
from idp.store.schema import users
from idp.store.user_rows import USER_COLUMNS, user_from_row

_KNOWN_PHONE = Prepared(  # a row for each notice of the device, and one if it has none
    select(*COLUMNS, *USER_COLUMNS, *NOTICE_COLUMNS)
    .select_from(
        devices.outerjoin(users, users.c.upn == devices.c.user).outerjoin(
            notices, notices.c.device == devices.c.id
        )
    )
    .where(devices.c.id == bindparam("id"))
    .order_by(notices.c.serial.desc())
)
_OF_DEVICE = slice(len(COLUMNS))
_OF_OWNER = slice(_OF_DEVICE.stop, _OF_DEVICE.stop + len(USER_COLUMNS))
_OF_NOTICE = slice(_OF_OWNER.stop, None)


class SqlPhoneStore:
    """The :class:`~idp.notices.phones.PhoneStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, device_id: str) -> KnownPhone | None:
        """Return a device with its user and notices, or None."""
        with self._database.read() as connection:
            rows = _KNOWN_PHONE.all(connection, {"id": device_id})
        if not rows:
            return None
        owner, shown = rows[0][_OF_OWNER], [row[_OF_NOTICE] for row in rows]
        return KnownPhone(
            Device(*rows[0][_OF_DEVICE]),
            None if owner[0] is None else user_from_row(owner),
            [notice_from_row(notice) for notice in shown if notice[0] is not None],
        )
