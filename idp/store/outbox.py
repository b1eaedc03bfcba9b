"""The outbox in the database: implements :mod:`idp.notices.outbox`."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from idp.instants import window_begin
from idp.notices.outbox import LEASE, MAX_MAILS_AN_HOUR, MAX_OCCASIONS, WaitingMail
from idp.store import used_once
from idp.store.column_types import Instant
from idp.store.engine import Database
from idp.store.mfa_schema import outbox
from idp.store.notices import OCCASION_COLUMNS, occasion_from_row

_HOUR = timedelta(hours=1)
_IS_DUE = outbox.c.due_at <= bindparam("now", type_=Instant)
_ANY_DUE = select(outbox.c.serial).where(_IS_DUE).limit(1)
# A row that another worker has locked is being claimed there.
_FIRST_DUE = (
    select(outbox.c.user, outbox.c.mail)
    .where(_IS_DUE)
    .order_by(outbox.c.due_at, outbox.c.serial)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_ROWS = select(outbox.c.serial, outbox.c.tries, *(outbox.c[name] for name in OCCASION_COLUMNS))


class SqlOutbox:
    """The :class:`~idp.notices.outbox.Outbox` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, now: datetime) -> WaitingMail | None:
        """Return one mail that is due, for this worker alone until its lease has passed.

        The claim is committed durably before the mail is sent.
        """
        with self._database.read() as connection:
            if connection.execute(_ANY_DUE, {"now": now}).first() is None:
                return None
        with self._database.write(patient=True) as connection:
            while (first := connection.execute(_FIRST_DUE, {"now": now}).first()) is not None:
                claimed = _claim(connection, first.user, first.mail, now)
                if claimed is not None:
                    return claimed
        return None

    def retry(self, mail: WaitingMail, due_at: datetime) -> None:
        """Let a claimed mail be due again at this time."""
        with self._database.write(patient=True) as connection:
            later = update(outbox).where(outbox.c.mail == mail.id).values(due_at=due_at)
            connection.execute(later)

    def remove(self, mail: WaitingMail) -> None:
        """Remove a claimed mail."""
        with self._database.write(patient=True) as connection:
            connection.execute(delete(outbox).where(outbox.c.mail == mail.id))


def _claim(
    connection: Connection, user: str, mail: str | None, now: datetime
) -> WaitingMail | None:
    """Claim the rows of a mail that was tried before, or make a new one of the user's rows.

    Returns None if the user has had enough mails: then the rows are due in the next hour.
    """
    rows = _due_rows(connection, user, mail, now)
    if mail is None and not _may_have_another(connection, user, now):
        next_hour = window_begin(now, _HOUR) + _HOUR
        later = update(outbox).where(outbox.c.user == user, outbox.c.mail.is_(None))
        connection.execute(later.values(due_at=next_hour))
        return None
    identifier = mail or secrets.token_urlsafe(16)
    tries = max(row.tries for row in rows) + 1
    claimed = update(outbox).where(outbox.c.serial.in_([row.serial for row in rows]))
    connection.execute(claimed.values(mail=identifier, tries=tries, due_at=now + LEASE))
    occasions = tuple(
        occasion_from_row(*(row._mapping[name] for name in OCCASION_COLUMNS)) for row in rows
    )
    return WaitingMail(identifier, user, occasions, tries)


def _due_rows(
    connection: Connection, user: str, mail: str | None, now: datetime
) -> Sequence[Row[Any]]:
    rows = (
        _ROWS.where(outbox.c.user == user, outbox.c.mail == mail, _IS_DUE)
        .order_by(outbox.c.serial)
        .limit(MAX_OCCASIONS)
        .with_for_update(skip_locked=True)
    )
    return connection.execute(rows, {"now": now}).all()


def _may_have_another(connection: Connection, user: str, now: datetime) -> bool:
    """Take one of the user's places of this hour, and say whether there was one."""
    begin = window_begin(now, _HOUR)
    return any(
        used_once.claim_parts(
            connection, "mail-of-user", (user, begin.isoformat(), str(number)), begin + _HOUR
        )
        for number in range(MAX_MAILS_AN_HOUR)
    )
