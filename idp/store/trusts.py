"""Relying party trusts in the database; :mod:`idp.store.trust_rows` reads and writes their rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from idp.federation.relying_party.offered import OfferedTrusts, TrustPage
from idp.federation.relying_party.trust import (
    RelyingPartyTrust,
    StoredTrust,
    name_for_people,
    readable,
)
from idp.store import trust_identifiers
from idp.store.engine import Database
from idp.store.prepared import Prepared
from idp.store.schema import next_faults, refreshes, trusts
from idp.store.search import contains
from idp.store.trust_rows import (
    COLUMNS,
    digest_row,
    read_setting,
    row_from_trust,
    stored_trust_from_row,
    trust_from_row,
)
from idp.store.upsert import upsert

_TRUST = select(*COLUMNS, trusts.c.stamp).where(trusts.c.entity_id == bindparam("entity_id"))
_METADATA = select(trusts.c.metadata).where(trusts.c.entity_id == bindparam("entity_id"))
_SETTINGS = Prepared(select(trusts.c.entity_id, trusts.c.settings).order_by(trusts.c.serial))
_OFFERED = (
    select(*COLUMNS, trusts.c.serial)
    .where(trusts.c.serial > bindparam("after"))
    .order_by(trusts.c.serial)
    .limit(bindparam("limit"))
)
_REMOVE = (
    delete(trusts).where(trusts.c.entity_id == bindparam("entity_id")).returning(trusts.c.entity_id)
)

_REMOVE_WHAT_IS_DUE = tuple(
    delete(table).where(table.c.entity_id == bindparam("entity_id"))
    for table in (refreshes, next_faults)
)


class SqlTrustStore:
    """The :class:`~idp.federation.relying_party.registry.TrustStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def trust(self, entity_id: str) -> StoredTrust | None:
        """Return one trust, readable or not."""
        with self._database.read() as connection:
            row = connection.execute(_TRUST, {"entity_id": entity_id}).first()
        return None if row is None else stored_trust_from_row(row[:-1])

    def trusts(self) -> Sequence[StoredTrust]:
        """Return all trusts in the order they were added, readable or not."""
        with self._database.read() as connection:
            rows = connection.execute(select(*COLUMNS).order_by(trusts.c.serial))
            return [stored_trust_from_row(row) for row in rows]

    def offered(self, after: int, limit: int) -> OfferedTrusts:
        """Return the enabled ones of the *limit* trusts behind the place *after*.

        A trust that cannot be read is left out.
        """
        with self._database.read() as connection:
            rows = connection.execute(_OFFERED, {"after": after, "limit": limit + 1}).all()
        shown = rows[:limit]
        found = readable(stored_trust_from_row(row[:-1]) for row in shown)
        choices = tuple(
            (trust.entity_id, name_for_people(trust.display_name, trust.entity_id))
            for trust in found
            if trust.settings.enabled
        )
        return OfferedTrusts(choices, shown[-1].serial if len(rows) > limit else None)

    def page(self, after: int, limit: int, text: str) -> TrustPage:
        """Return the first *limit* trusts behind the place *after* that *text* may be found in.

        The database looks for it in the entity ID and in the whole description, in which the name
        is; what matches elsewhere is the caller's to leave out. A text that is not ASCII is left to
        the caller altogether, since databases know no upper case of it.
        """
        query = _OFFERED
        if text and text.isascii():
            in_json = json.dumps(text)[1:-1]
            columns = ((trusts.c.entity_id, text), (trusts.c.service_provider, in_json))
            query = query.where(contains(columns, is_sqlite=self._database.is_sqlite))
        with self._database.read() as connection:
            rows = connection.execute(query, {"after": after, "limit": limit + 1}).all()
        shown = rows[:limit]
        found = tuple(stored_trust_from_row(row[:-1]) for row in shown)
        return TrustPage(found, shown[-1].serial if len(rows) > limit else None)

    def set_to(self, name: str, value: object) -> Sequence[str]:
        """Return the entity ids of the trusts whose setting *name* has this value, as in JSON.

        The settings are asked, and no column beside them: a node of an earlier version that
        changes the setting would leave such a column as it was.
        """
        with self._database.read() as connection:
            rows = _SETTINGS.all(connection, {})
        return [entity_id for entity_id, text in rows if read_setting(text, name) == value]

    def metadata(self, entity_id: str) -> bytes | None:
        """Return the metadata that the trust was last made or updated from."""
        with self._database.read() as connection:
            return connection.execute(_METADATA, {"entity_id": entity_id}).scalar()

    def change_trust(
        self,
        entity_id: str,
        change: Callable[[StoredTrust | None], RelyingPartyTrust | None],
        metadata: bytes | None = None,
    ) -> RelyingPartyTrust | None:
        """Call *change* with the stored trust, and store and return its result, in one transaction.

        Nothing is stored if *change* returns None. *metadata* is stored too, if it is given. Stored
        keys that this version does not know are kept.
        """
        with self._database.write(alone=trusts) as connection:
            row = connection.execute(_TRUST.with_for_update(), {"entity_id": entity_id}).first()
            before = None if row is None else row[:-1]
            trust = change(None if before is None else stored_trust_from_row(before))
            if trust is not None:
                _save(connection, row_from_trust(trust, before), metadata)
                trust_identifiers.save(connection, trust)
            return trust

    def remove_trust(self, entity_id: str) -> bool:
        """Remove a trust and what is due to be done with it; return False if there is none."""
        with self._database.write() as connection:
            for remove in _REMOVE_WHAT_IS_DUE:
                connection.execute(remove, {"entity_id": entity_id})
            trust_identifiers.remove(connection, entity_id)
            return connection.execute(_REMOVE, {"entity_id": entity_id}).first() is not None


def read_trust(
    connection: Connection, entity_id: str
) -> tuple[RelyingPartyTrust | None, str | None]:
    """Return one trust and its change stamp.

    Raises :class:`~idp.federation.relying_party.trust.UnreadableTrust`.
    """
    row = connection.execute(_TRUST, {"entity_id": entity_id}).first()
    return (None, None) if row is None else (trust_from_row(row[:-1]), row[-1])


def _save(connection: Connection, row: dict[str, Any], metadata: bytes | None) -> None:
    if metadata is None:
        key = {"entity_id": row["entity_id"]}
        metadata = connection.execute(_METADATA, key).scalar() or b""
    row = {**row, "metadata": metadata}
    upsert(connection, trusts, "entity_id", {**row, "stamp": digest_row(row)})
