"""The faults that the next sign-ins to trusts get, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields

from sqlalchemy import bindparam, delete, select

from idp.saml_faults.next_fault import NextFault, Occasion
from idp.store.engine import Database
from idp.store.schema import next_faults
from idp.store.upsert import upsert

_FIELDS = tuple(next_faults.c[field.name] for field in fields(NextFault))
_OF_TRUST = next_faults.c.entity_id == bindparam("trust")
_TAKE = (
    delete(next_faults)
    .where(_OF_TRUST, next_faults.c.occasion == bindparam("due_at"))
    .returning(*_FIELDS)
)
_CLEAR = delete(next_faults).where(_OF_TRUST).returning(next_faults.c.code)
_DUE = select(*_FIELDS).order_by(next_faults.c.entity_id, next_faults.c.occasion)


class SqlNextFaults:
    """The :class:`~idp.saml_faults.next_fault.NextFaultStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, due: NextFault, occasion: Occasion) -> None:
        """Store a fault, in place of the one that was due at this trust and occasion."""
        values = {**asdict(due), "occasion": str(occasion)}
        with self._database.write() as connection:
            upsert(connection, next_faults, ("entity_id", "occasion"), values)

    def take(self, entity_id: str, occasion: Occasion) -> NextFault | None:
        """Delete and return the fault that is due; of parallel calls, one gets it."""
        values = {"trust": entity_id, "due_at": str(occasion)}
        with self._database.write() as connection:
            row = connection.execute(_TAKE, values).first()
        return None if row is None else NextFault(*row)

    def clear(self, entity_id: str) -> bool:
        """Delete what is due at a trust; return False if nothing was."""
        with self._database.write() as connection:
            return bool(connection.execute(_CLEAR, {"trust": entity_id}).all())

    def due(self) -> Sequence[NextFault]:
        """Return every fault that is due, by entity ID."""
        with self._database.read() as connection:
            return [NextFault(*row) for row in connection.execute(_DUE)]
