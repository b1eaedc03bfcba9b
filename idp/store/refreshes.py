"""When each trust's metadata is fetched again, for :mod:`idp.federation.metadata.schedule`.

A node claims a refresh by moving its due time in one statement, so that only one node succeeds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from idp.federation.metadata.schedule import PendingUpdate, RefreshState
from idp.store.engine import Database
from idp.store.metadata_validity import TERMS, validity_from_json, validity_to_json
from idp.store.schema import refreshes
from idp.store.stored_json import (
    DamagedValue,
    known_values,
    load_object,
    log_once,
    texts_in,
    with_unknown,
)
from idp.store.upsert import upsert

_COLUMNS = (
    refreshes.c.entity_id,
    refreshes.c.due_at,
    refreshes.c.failures,
    refreshes.c.tried_at,
    refreshes.c.fetched_at,
    refreshes.c.fault,
    refreshes.c.held_document,
    refreshes.c.held,
)
_HELD = (*TERMS, "reasons")
_NOTHING: dict[str, Any] = {"held_document": None, "held": "{}"}
_ONE = select(*_COLUMNS).where(refreshes.c.entity_id == bindparam("entity_id"))
_DUE = (
    select(refreshes.c.entity_id)
    .where(refreshes.c.due_at <= bindparam("now"))
    .order_by(refreshes.c.due_at)
    .limit(1)
)
_CLAIM = (
    update(refreshes)
    .where(refreshes.c.entity_id == bindparam("id"), refreshes.c.due_at <= bindparam("now"))
    .values(due_at=bindparam("until"))
    .returning(refreshes.c.entity_id)
)


class SqlRefreshStore:
    """The :class:`~idp.federation.metadata.schedule.RefreshStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self, entity_id: str) -> RefreshState | None:
        """Return the state of one trust, None if it is not refreshed."""
        with self._database.read() as connection:
            row = connection.execute(_ONE, {"entity_id": entity_id}).first()
        return None if row is None else _state_of(row)

    def states(self) -> dict[str, RefreshState]:
        """Return the states of all trusts that are refreshed, by entity id."""
        with self._database.read() as connection:
            return {row[0]: _state_of(row) for row in connection.execute(select(*_COLUMNS))}

    def save(self, entity_id: str, state: RefreshState) -> None:
        """Store the state of a trust."""
        with self._database.write() as connection:
            row = connection.execute(_ONE, {"entity_id": entity_id}).first()
            upsert(connection, refreshes, "entity_id", _row_of(entity_id, state, row))

    def forget(self, entity_id: str) -> None:
        """Stop refreshing this trust."""
        with self._database.write() as connection:
            connection.execute(delete(refreshes).where(refreshes.c.entity_id == entity_id))

    def claim_due(self, now: datetime, until: datetime) -> str | None:
        """Reserve a trust whose refresh is due *until* then, and return its entity id."""
        with self._database.read() as connection:  # usually nothing is due, and nothing is written
            entity_id = connection.execute(_DUE, {"now": now}).scalar()
        if entity_id is None:
            return None
        with self._database.write() as connection:
            return connection.execute(
                _CLAIM, {"id": entity_id, "now": now, "until": until}
            ).scalar()


def _row_of(entity_id: str, state: RefreshState, before: Sequence[Any] | None) -> dict[str, Any]:
    return {
        "entity_id": entity_id,
        "due_at": state.due_at,
        "failures": state.failures,
        "tried_at": state.tried_at,
        "fetched_at": state.fetched_at,
        "fault": state.fault,
        **_held_columns(state, before),
    }


def _held_columns(state: RefreshState, before: Sequence[Any] | None) -> dict[str, Any]:
    """Return the columns of the pending update; unknown keys stay as long as its document."""
    document, text = (None, "{}") if before is None else before[-2:]
    if state.held is None:
        return {"held_document": document, "held": text} if state.held_is_unreadable else _NOTHING
    held = {"reasons": state.held.reasons, **validity_to_json(state.held.validity)}
    if document == state.held.document:
        held = with_unknown(held, text, _HELD)
    return {"held_document": state.held.document, "held": json.dumps(held)}


def _state_of(row: Sequence[Any]) -> RefreshState:
    entity_id, due_at, failures, tried_at, fetched_at, fault, document, held = row
    state = RefreshState(due_at, failures, tried_at, fetched_at, fault)
    if document is None:
        return state
    try:
        return replace(state, held=_held(document, held))
    except DamagedValue as damage:
        log_once("stored_update_unreadable", trust=entity_id, problem=str(damage))
        return replace(state, held_is_unreadable=True)


def _held(document: bytes, text: str) -> PendingUpdate:
    values = known_values(load_object(text), _HELD, "refreshes.held")
    return PendingUpdate(document, texts_in(values.get("reasons")), validity_from_json(values))
