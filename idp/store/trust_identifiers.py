"""Further entity ids of trusts; each entity id, own or further, belongs to one trust."""

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


def find_owner(connection: Connection, identifier: str) -> str | None:
    """Return the own entity id of the trust that has *identifier* as a further one."""
    row = _OWNER.first(connection, {"identifier": identifier})
    return None if row is None else str(row[0])


def save(connection: Connection, trust: RelyingPartyTrust) -> None:
    """Store the further entity ids of *trust*, and no others; raises :class:`IdentifierTaken`."""
    if find_owner(connection, trust.entity_id) is not None:
        raise IdentifierTaken(trust.entity_id)
    remove(connection, trust.entity_id)
    for identifier in trust.settings.identifiers:
        own = select(trusts.c.entity_id).where(trusts.c.entity_id == identifier)
        if find_owner(connection, identifier) or connection.execute(own).first():
            raise IdentifierTaken(identifier)
        row = {"identifier": identifier, "entity_id": trust.entity_id}
        connection.execute(insert(trust_identifiers).values(row))


def remove(connection: Connection, entity_id: str) -> None:
    """Remove all further entity ids of a trust."""
    of_trust = trust_identifiers.c.entity_id == entity_id
    connection.execute(delete(trust_identifiers).where(of_trust))
