"""Tells users of changes: :func:`tell`, in the transaction of the change; notices of devices."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from idp.notices.occasions import Occasion
from idp.notices.outbox import WAIT_FOR_MORE
from idp.notices.phone_notices import MAX_OF_A_DEVICE, Notice
from idp.store.engine import Database
from idp.store.mfa_schema import devices, is_registered, notices, outbox
from idp.store.prepared import Prepared
from idp.store.stored_json import DamagedValue, load_object

OCCASION_COLUMNS = ("occasion", "user", "at", "details")
NOTICE_COLUMNS = (notices.c.id, *(notices.c[name] for name in OCCASION_COLUMNS))
_OF_DEVICE = Prepared(
    select(*NOTICE_COLUMNS)
    .where(notices.c.device == bindparam("device"))
    .order_by(notices.c.serial.desc())
    .limit(MAX_OF_A_DEVICE)
)


def tell(connection: Connection, occasion: Occasion, *, except_device: str | None = None) -> None:
    """Tell the user of *occasion*: a notice on each device, and a mail that waits in the outbox.

    Call it in the transaction of the change. ``except_device`` is the id of the device that the
    change is about, which needs no notice.
    """
    row = _row_of(occasion)
    wait = {"due_at": occasion.at + WAIT_FOR_MORE, "mail": None, "tries": 0}
    connection.execute(insert(outbox), row | wait)
    of_user = select(devices.c.id).where(devices.c.user == occasion.user, is_registered)
    for device in connection.execute(of_user).scalars().all():
        if device != except_device:
            added = {"id": secrets.token_urlsafe(16), "device": device}
            connection.execute(insert(notices), row | added)
            _drop_oldest(connection, device)


def forget_device(connection: Connection, device_id: str) -> None:
    """Remove the notices of a device that is removed."""
    connection.execute(delete(notices).where(notices.c.device == device_id))


def occasion_from_row(code: str, user: str, at: Any, details: str) -> Occasion:
    """Return the occasion of a row of :data:`OCCASION_COLUMNS`; what cannot be read is left out."""
    try:
        values = load_object(details)
    except DamagedValue:
        values = {}
    return Occasion(code, user, at, str(values.get("platform", "")), str(values.get("name", "")))


def notice_from_row(row: Sequence[Any]) -> Notice:
    """Return the notice of a row of :data:`NOTICE_COLUMNS`."""
    identifier, *rest = row
    return Notice(identifier, occasion_from_row(*rest))


class SqlPhoneNotices:
    """The :class:`~idp.notices.phone_notices.PhoneNotices` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_device(self, device_id: str) -> Sequence[Notice]:
        """Return the notices of a device, newest first."""
        with self._database.read() as connection:
            rows = _OF_DEVICE.all(connection, {"device": device_id})
        return [notice_from_row(row) for row in rows]

    def dismiss(self, device_id: str, notice_id: str) -> None:
        """Remove a notice of this device, if it has it."""
        gone = delete(notices).where(notices.c.device == device_id, notices.c.id == notice_id)
        with self._database.write() as connection:
            connection.execute(gone)


def _row_of(occasion: Occasion) -> dict[str, Any]:
    details = {"platform": occasion.platform, "name": occasion.name}
    return {
        "user": occasion.user,
        "occasion": occasion.code,
        "at": occasion.at,
        "details": json.dumps(details),
    }


def _drop_oldest(connection: Connection, device: str) -> None:
    kept = (
        select(notices.c.serial)
        .where(notices.c.device == device)
        .order_by(notices.c.serial.desc())
        .limit(MAX_OF_A_DEVICE)
    )
    old = delete(notices).where(notices.c.device == device, notices.c.serial.not_in(kept))
    connection.execute(old)
