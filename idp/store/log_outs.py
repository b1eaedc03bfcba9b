"""Log-outs in progress, and the outcome at each service provider."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from functools import cache
from itertools import chain, product
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import bindparam, insert, select, update

from idp.audit.record import SignInRecord
from idp.session.participants import AskedBy, LogOut, Outcome, Participant
from idp.store import participants, sign_in_log, used_once
from idp.store.engine import Database
from idp.store.participants import COLUMNS, SESSION_ENDED, participant_from_row
from idp.store.prepared import Prepared
from idp.store.schema import log_outs
from idp.store.schema import session_participants as table
from idp.store.stored_json import (
    DamagedValue,
    faults_of,
    known_values,
    load_json,
    load_object,
    log_once,
    texts_in,
)

LOGOUT_REQUEST = "logout-request"
_ASKED_BY = tuple(field.name for field in fields(AskedBy))
MAX_PARTICIPANTS = 1000
"""Rows that are read for one NameID, or for one session: the newest."""


_NEWEST = select(*COLUMNS).order_by(table.c.serial.desc()).limit(MAX_PARTICIPANTS)
_NAMED = Prepared(
    _NEWEST.where(
        table.c.trust == bindparam("trust"),
        table.c.name_id == bindparam("name"),
        table.c.expires_at > bindparam("now"),
    )
)
_OF_USER = (
    select(table.c.trust)
    .where(
        table.c.user == bindparam("user"),
        table.c.expires_at > bindparam("now"),
        table.c.outcome.is_(None),
    )
    .distinct()
    .order_by(table.c.trust)
    .limit(MAX_PARTICIPANTS)
)
_OF_SESSION = Prepared(
    _NEWEST.where(table.c.user == bindparam("user"), table.c.session == bindparam("session"))
)
_BEGIN = Prepared(insert(log_outs).values({each.name: bindparam(each.name) for each in log_outs.c}))
_SIGN_OUT_ASKER = Prepared(
    update(table)
    .where(
        table.c.user == bindparam("of_user"),
        table.c.session == bindparam("of_session"),
        table.c.trust == bindparam("of_trust"),
        table.c.outcome.is_(None),
    )
    .values(outcome=Outcome.SIGNED_OUT.value)
)
_FIND = Prepared(select(log_outs).where(log_outs.c.id == bindparam("id")))
_ASK = Prepared(
    update(table)
    .where(
        table.c.serial == bindparam("number"),
        table.c.request_id.is_(None),
        table.c.outcome.is_(None),
    )
    .values({name: bindparam(name) for name in ("request_id", "log_out", "asked_at")})
    .returning(table.c.serial),
    returns=(table.c.serial.type,),
)
_SETTLE = Prepared(
    update(table)
    .where(table.c.serial == bindparam("number"), table.c.outcome.is_(None))
    .values(outcome=bindparam("outcome"))
)
_ANSWER = Prepared(
    update(table)
    .where(
        table.c.request_id == bindparam("of_request"),
        table.c.trust == bindparam("of_trust"),
        table.c.outcome.is_(None) | (table.c.outcome == Outcome.NO_ANSWER.value),
    )
    .values(outcome=bindparam("outcome"))
)
_ASKED_IN = Prepared(
    select(table.c.log_out).where(
        table.c.request_id == bindparam("of_request"), table.c.trust == bindparam("of_trust")
    )
)


class SqlLogOuts:
    """The :class:`~idp.session.log_outs.LogOuts` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def named(self, trust: str, name: str, now: datetime) -> tuple[Participant, ...]:
        """Return the assertions that the service provider received with this NameID value."""
        values = {"trust": trust, "name": name, "now": now}
        with self._database.read() as connection:
            rows = _NAMED.all(connection, values)
        return tuple(map(participant_from_row, reversed(rows)))

    def trusts_of(self, user: str, now: datetime) -> Sequence[str]:
        """Return the trusts whose assertions of a user have not expired, unless logged out."""
        with self._database.read() as connection:
            return connection.scalars(_OF_USER, {"user": user, "now": now}).all()

    def participants(
        self, users: Sequence[str], sessions: Sequence[str]
    ) -> tuple[Participant, ...]:
        """Return the assertions of all service providers in these users' sessions."""
        with self._database.read() as connection:
            found = [
                _OF_SESSION.all(connection, {"user": user, "session": session})
                for user, session in product(users, sessions)
            ]
        rows = sorted(chain.from_iterable(found))
        return tuple(map(participant_from_row, rows))

    def begin(
        self,
        log_out: LogOut,
        *,
        expires_at: datetime,
        sessions_end_by: datetime,
        request_expires_at: datetime,
        log: SignInRecord,
    ) -> bool:
        """End the sessions, mark the request as used, and log it: all or nothing.

        The service provider that asked counts as signed out. Returns False, and writes nothing, if
        the request was used before.
        """
        asked = log_out.asked_by
        with self._database.write() as connection:
            if asked is not None:
                spent = (asked.trust, asked.request_id)
                if not used_once.claim_parts(connection, LOGOUT_REQUEST, spent, request_expires_at):
                    return False
            for session in sorted((*log_out.sessions, *log_out.elsewhere)):
                participants.lock(connection, session, shared=False)
                used_once.claim(connection, SESSION_ENDED, session, sessions_end_by)
                if asked is not None:
                    asker = {"of_session": session, "of_trust": asked.trust}
                    for user in log_out.users:
                        _SIGN_OUT_ASKER.run(connection, {**asker, "of_user": user})
            _BEGIN.run(connection, _row_of(log_out, expires_at))
            sign_in_log.append(connection, log)
        return True

    def find(self, log_out: str) -> LogOut | None:
        """Return the log-out with this id, None if there is none that can be read."""
        with self._database.read() as connection:
            row = _FIND.first(connection, {"id": log_out})
        return None if row is None else _log_out_of(row)

    def ask(self, number: int, request_id: str, log_out: str, now: datetime) -> bool:
        """Record that a service provider is asked; return False if it was asked before."""
        values = {"number": number, "request_id": request_id, "log_out": log_out, "asked_at": now}
        with self._database.write(durable=False) as connection:
            return _ASK.first(connection, values) is not None

    def settle(self, number: int, outcome: Outcome) -> None:
        """Record an outcome, unless there is one already."""
        with self._database.write(durable=False) as connection:
            _SETTLE.run(connection, {"number": number, "outcome": outcome.value})

    def answered(self, trust: str, request_id: str, outcome: Outcome) -> str | None:
        """Record a service provider's answer; return the log-out that asked, None without one.

        The first answer counts, also one that comes after the time limit.
        """
        values = {"of_request": request_id, "of_trust": trust, "outcome": outcome.value}
        with self._database.write(durable=False) as connection:
            _ANSWER.run(connection, values)
            row = _ASKED_IN.first(connection, values)
        return None if row is None else row[0]


def _row_of(log_out: LogOut, expires_at: datetime) -> dict[str, Any]:
    return {
        "id": log_out.id,
        "user": log_out.user,
        "sessions": json.dumps([log_out.sessions, log_out.elsewhere, log_out.namesakes]),
        "activity_id": log_out.activity_id,
        "started_at": log_out.started_at,
        "asked_by": json.dumps(asdict(log_out.asked_by)) if log_out.asked_by else None,
        "expires_at": expires_at,
    }


def _log_out_of(row: Sequence[Any]) -> LogOut | None:
    """Return the log-out of a row, None for an unreadable row: that log-out is over."""
    identifier, user, roots, activity_id, started_at, asked_by, _ = row
    try:
        sessions, elsewhere, namesakes = _sessions(roots)
        return LogOut(
            id=identifier,
            user=user,
            sessions=sessions,
            activity_id=activity_id,
            started_at=started_at,
            asked_by=_asked_by(asked_by) if asked_by else None,
            elsewhere=elsewhere,
            namesakes=namesakes,
        )
    except DamagedValue as damage:
        log_once("stored_log_out_unreadable", log_out=identifier, problem=str(damage))
        return None


def _sessions(text: str) -> list[tuple[str, ...]]:
    """Return the roots of the sessions in this browser and in others, and the other users.

    Later lists are ignored.
    """
    lists = load_json(text)
    if not isinstance(lists, list) or len(lists) < 2:
        raise DamagedValue("sessions is not two lists")
    return [texts_in(each) for each in (*lists, [])[:3]]


def _asked_by(text: str) -> AskedBy:
    values = known_values(load_object(text), _ASKED_BY, "log_outs.asked_by")
    try:
        return _reader().validate_python(values)
    except ValidationError as error:
        raise DamagedValue(f"asked_by: {faults_of(error)}") from None


@cache
def _reader() -> TypeAdapter[AskedBy]:
    """Return the reader of who asked for a log-out; to make one takes half a millisecond."""
    return TypeAdapter(AskedBy)
