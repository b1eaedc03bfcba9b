"""Log-outs under way, and how far each service provider's is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update

from idp.session.participants import AskedBy, LogOut, Outcome, Participant
from idp.session.record import SignInRecord
from idp.store import log as sign_in_log
from idp.store import once, participants
from idp.store.engine import Database
from idp.store.participants import COLUMNS, SESSION_ENDED, participant_of
from idp.store.schema import log_outs
from idp.store.schema import session_participants as table

LOGOUT_REQUEST = "logout-request"
MOST = 1000
"""Rows read of one user at one service provider, or of one log-out: the newest."""


class SqlLogOuts:
    """The :class:`~idp.session.ports.LogOuts` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def named(self, trust: str, name: str, now: datetime) -> tuple[Participant, ...]:
        """Return what the service provider was told under this NameID's value."""
        return self._read(
            (table.c.trust == trust) & (table.c.name_id == name) & (table.c.expires_at > now)
        )

    def participants(self, sessions: Sequence[str]) -> tuple[Participant, ...]:
        """Return what all service providers of these sessions were told."""
        return self._read(table.c.session.in_(sessions))

    def begin(
        self,
        log_out: LogOut,
        *,
        expires_at: datetime,
        sessions_end_by: datetime,
        request_expires_at: datetime,
        log: SignInRecord,
    ) -> bool:
        """End the sessions, spend the request that asked for it, and log it, all or nothing.

        Who asked has signed out. False, and nothing written, when the request was spent before.
        """
        asked = log_out.asked_by
        with self._database.write() as connection:
            if asked is not None:
                spent = (asked.trust, asked.request_id)
                if not once.claim_parts(connection, LOGOUT_REQUEST, spent, request_expires_at):
                    return False
            for session in sorted(log_out.sessions):
                participants.lock(connection, session, shared=False)
                once.claim(connection, SESSION_ENDED, session, sessions_end_by)
            connection.execute(insert(log_outs).values(_row_of(log_out, expires_at)))
            if asked is not None:
                mine = table.c.session.in_(log_out.sessions) & (table.c.trust == asked.trust)
                done = update(table).where(mine & table.c.outcome.is_(None))
                connection.execute(done.values(outcome=Outcome.SIGNED_OUT))
            sign_in_log.append(connection, log)
        return True

    def find(self, log_out: str) -> LogOut | None:
        """Return the log-out of an id."""
        with self._database.read() as connection:
            row = connection.execute(select(log_outs).where(log_outs.c.id == log_out)).first()
        return None if row is None else _log_out_of(row)

    def ask(self, number: int, request_id: str, log_out: str, now: datetime) -> bool:
        """Say that a service provider is being asked; False when it was already."""
        asked = (
            update(table)
            .where(
                (table.c.serial == number)
                & table.c.request_id.is_(None)
                & table.c.outcome.is_(None)
            )
            .values(request_id=request_id, log_out=log_out, asked_at=now)
            .returning(table.c.serial)
        )
        with self._database.write(durable=False) as connection:
            return connection.execute(asked).first() is not None

    def settle(self, number: int, outcome: Outcome) -> None:
        """Say what became of one, unless that is known."""
        settled = update(table).where((table.c.serial == number) & table.c.outcome.is_(None))
        with self._database.write(durable=False) as connection:
            connection.execute(settled.values(outcome=outcome))

    def answered(self, trust: str, request_id: str, outcome: Outcome) -> str | None:
        """Say what a service provider answered; return the log-out that asked, None if none did.

        The first answer counts; one that comes too late is still one.
        """
        asked = (table.c.request_id == request_id) & (table.c.trust == trust)
        unanswered = table.c.outcome.is_(None) | (table.c.outcome == Outcome.NO_ANSWER)
        with self._database.write(durable=False) as connection:
            connection.execute(update(table).where(asked & unanswered).values(outcome=outcome))
            return connection.execute(select(table.c.log_out).where(asked)).scalar()

    def _read(self, which: ColumnElement[bool]) -> tuple[Participant, ...]:
        newest = select(*COLUMNS).where(which).order_by(table.c.serial.desc()).limit(MOST)
        with self._database.read() as connection:
            rows = connection.execute(newest).all()
        return tuple(participant_of(row) for row in reversed(rows))


def _row_of(log_out: LogOut, expires_at: datetime) -> dict[str, Any]:
    return {
        "id": log_out.id,
        "user": log_out.user,
        "sessions": json.dumps(log_out.sessions),
        "activity_id": log_out.activity_id,
        "started_at": log_out.started_at,
        "asked_by": json.dumps(asdict(log_out.asked_by)) if log_out.asked_by else None,
        "expires_at": expires_at,
    }


def _log_out_of(row: Row[Any]) -> LogOut:
    values = row._mapping
    asked_by = values["asked_by"]
    return LogOut(
        id=values["id"],
        user=values["user"],
        sessions=tuple(json.loads(values["sessions"])),
        activity_id=values["activity_id"],
        started_at=values["started_at"],
        asked_by=AskedBy(**json.loads(asked_by)) if asked_by else None,
    )
