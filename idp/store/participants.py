"""The service providers of each session, with the assertions issued to them.

A session that has ended gets no further ones, so that a log-out reaches all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, text

from idp.saml.values import NameID
from idp.session.participants import Issued, Outcome, Participant
from idp.store import used_once
from idp.store.column_types import Instant
from idp.store.prepared import Asked, Prepared
from idp.store.schema import session_participants
from idp.store.stored_json import log_once

SESSION_ENDED = "session-ended"
MAX_ASSERTIONS = 16
"""Assertions that are kept for a service provider in one session: the newest, and a few more."""
_TRIMS_AT = ("0", "8")
"""The last digits of session indexes that trim: one assertion in eight, since they are random."""
MAX_KEYS = 4096
"""Sessions whose keys are remembered: each of their requests asks for them twice."""

COLUMNS = (
    session_participants.c.serial,
    session_participants.c.session,
    session_participants.c.user,
    session_participants.c.trust,
    session_participants.c.name_id,
    session_participants.c.name_format,
    session_participants.c.name_qualifier,
    session_participants.c.sp_name_qualifier,
    session_participants.c.session_index,
    session_participants.c.expires_at,
    session_participants.c.request_id,
    session_participants.c.asked_at,
    session_participants.c.outcome,
)

_ADD = Prepared(
    text(
        'INSERT INTO session_participants (session, "user", trust, name_id, name_format,'
        " name_qualifier, sp_name_qualifier, session_index, expires_at)"
        " SELECT :session, :user, :trust, :name_id, :name_format,"
        " :name_qualifier, :sp_name_qualifier, :session_index, :expires_at"
        " WHERE NOT EXISTS (SELECT 1 FROM used_once WHERE kind = :kind AND key = :key)"
    ).bindparams(bindparam("expires_at", type_=Instant)),
)
_LOCK = Prepared(text("SELECT pg_advisory_xact_lock(hashtextextended(:session, 0))"))
_LOCK_SHARED = Prepared(text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:session, 0))"))
_TRIM = Prepared(
    text(
        "DELETE FROM session_participants"
        ' WHERE "user" = :user AND session = :session AND trust = :trust AND serial <='
        " (SELECT serial FROM session_participants"
        ' WHERE "user" = :user AND session = :session AND trust = :trust'
        " ORDER BY serial DESC LIMIT 1 OFFSET :most)"
    )
)


def add(connection: Connection, issued: Issued) -> Asked:
    """Store what was *issued*; the count of the answer is 0 if the session has ended."""
    lock(connection, issued.session, shared=True)
    name_id = issued.name_id
    values = {
        "session": issued.session,
        "user": issued.user,
        "trust": issued.trust,
        "name_id": name_id and name_id.value,
        "name_format": name_id and name_id.format,
        "name_qualifier": name_id and name_id.name_qualifier,
        "sp_name_qualifier": name_id and name_id.sp_name_qualifier,
        "session_index": issued.session_index,
        "expires_at": issued.expires_at,
        "kind": SESSION_ENDED,
        "key": ended_key(issued.session),
        "most": MAX_ASSERTIONS,
    }
    added = _ADD.ask(connection, values)
    if issued.session_index.endswith(_TRIMS_AT):
        _TRIM.run(connection, values)
    return added


@lru_cache(MAX_KEYS)
def ended_key(session: str) -> str:
    """Return the key of :data:`SESSION_ENDED` that is used once *session* has ended."""
    return used_once.digest_key(session)


def lock(connection: Connection, session: str, *, shared: bool) -> None:
    """Lock a session until the transaction ends: ending it excludes adding participants.

    Only PostgreSQL needs the lock; on SQLite one transaction writes at a time.
    """
    if connection.dialect.name == "postgresql":
        (_LOCK_SHARED if shared else _LOCK).run(connection, {"session": session})


def participant_from_row(row: Sequence[Any]) -> Participant:
    """Return the participant of a row of :data:`COLUMNS`."""
    number, session, user, trust, name, format_, qualifier, sp_qualifier, index, *rest = row
    expires_at, request_id, asked_at, outcome = rest
    name_id = None if name is None else NameID(name, format_, qualifier, sp_qualifier)
    return Participant(
        number,
        Issued(session, user, trust, name_id, index, expires_at),
        request_id,
        asked_at,
        None if outcome is None else _outcome_of(outcome),
    )


def _outcome_of(text: str) -> Outcome:
    """Return a stored outcome; one that only a newer version knows is not a success here."""
    try:
        return Outcome(text)
    except ValueError:
        log_once("stored_value_unknown", place="session_participants.outcome", value=text[:100])
        return Outcome.FAILED
