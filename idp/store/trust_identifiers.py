"""Further entity ids that trusts go by: each leads to one trust, and none is another's own."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, insert, select

from idp.federation.relying_party.registry import IdentifierTaken
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.store.prepared import Prepared
from idp.store.schema import trust_identifiers, trusts

_OWNER = Prepared(
    select(trust_identifiers.c.entity_id).where(
        trust_identifiers.c.identifier == bindparam("identifier")
    )
)


def owner_of(connection: Connection, identifier: str) -> str | None:
    """Return the entity id of the trust that goes by *identifier* as well."""
    row = _OWNER.first(connection, {"identifier": identifier})
    return None if row is None else str(row[0])


def save(connection: Connection, trust: RelyingPartyTrust) -> None:
    """Let *trust* go by its identifiers and no others; raises :class:`IdentifierTaken`."""
    if owner_of(connection, trust.entity_id) is not None:
        raise IdentifierTaken(trust.entity_id)
    remove(connection, trust.entity_id)
    for identifier in trust.settings.identifiers:
        own = select(trusts.c.entity_id).where(trusts.c.entity_id == identifier)
        if owner_of(connection, identifier) or connection.execute(own).first():
            raise IdentifierTaken(identifier)
        row = {"identifier": identifier, "entity_id": trust.entity_id}
        connection.execute(insert(trust_identifiers).values(row))


def remove(connection: Connection, entity_id: str) -> None:
    """Let a trust go by its entity id alone."""
    of_it = trust_identifiers.c.entity_id == entity_id
    connection.execute(delete(trust_identifiers).where(of_it))
