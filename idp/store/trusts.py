"""Relying party trusts in the database.

What the metadata says is kept as JSON beside it, so that reading a trust needs no XML parser.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.saml.values import AssertionConsumerService, ServiceProvider, SingleLogoutService
from idp.store import trust_identifiers
from idp.store.engine import Database
from idp.store.metadata_validity import terms_of, validity_of
from idp.store.schema import refreshes, trusts
from idp.store.upsert import upsert

_COLUMNS = (
    trusts.c.entity_id,
    trusts.c.service_provider,
    trusts.c.settings,
    trusts.c.source,
    trusts.c.source_digest,
    trusts.c.added_at,
    trusts.c.changed_at,
    trusts.c.terms,
)
_TRUST = select(*_COLUMNS, trusts.c.stamp).where(trusts.c.entity_id == bindparam("entity_id"))
_METADATA = select(trusts.c.metadata).where(trusts.c.entity_id == bindparam("entity_id"))
_REMOVE = (
    delete(trusts).where(trusts.c.entity_id == bindparam("entity_id")).returning(trusts.c.entity_id)
)

_REMOVE_REFRESH = delete(refreshes).where(refreshes.c.entity_id == bindparam("entity_id"))


class SqlTrustStore:
    """The :class:`~idp.federation.relying_party.registry.TrustStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def trust(self, entity_id: str) -> RelyingPartyTrust | None:
        """Return one trust."""
        with self._database.read() as connection:
            return read_trust(connection, entity_id)[0]

    def trusts(self) -> Sequence[RelyingPartyTrust]:
        """Return all trusts in the order they were added."""
        with self._database.read() as connection:
            rows = connection.execute(select(*_COLUMNS).order_by(trusts.c.serial))
            return [_trust_of(row) for row in rows]

    def signing_with(self, algorithm: str) -> Sequence[str]:
        """Return the entity ids of the trusts that are set to a signature algorithm."""
        setting = f'"signature_algorithm":{json.dumps(algorithm)}'
        of_it = trusts.c.settings.contains(setting, autoescape=True)
        with self._database.read() as connection:
            return connection.execute(select(trusts.c.entity_id).where(of_it)).scalars().all()

    def metadata(self, entity_id: str) -> bytes | None:
        """Return the metadata that a trust was last read from."""
        with self._database.read() as connection:
            return connection.execute(_METADATA, {"entity_id": entity_id}).scalar()

    def change_trust(
        self,
        entity_id: str,
        change: Callable[[RelyingPartyTrust | None], RelyingPartyTrust | None],
        metadata: bytes | None = None,
    ) -> RelyingPartyTrust | None:
        """Store what *change* makes of the trust there is now, in one transaction, and return it.

        None from *change* leaves things as they are. With *metadata*, that is stored too.
        """
        with self._database.write(alone=trusts) as connection:
            row = connection.execute(_TRUST.with_for_update(), {"entity_id": entity_id}).first()
            trust = change(None if row is None else _trust_of(row[:-1]))
            if trust is not None:
                upsert(connection, trusts, "entity_id", _row_of(connection, trust, metadata))
                trust_identifiers.save(connection, trust)
            return trust

    def remove_trust(self, entity_id: str) -> bool:
        """Remove a trust; False when there is none."""
        with self._database.write() as connection:
            connection.execute(_REMOVE_REFRESH, {"entity_id": entity_id})
            trust_identifiers.remove(connection, entity_id)
            return connection.execute(_REMOVE, {"entity_id": entity_id}).first() is not None


def read_trust(
    connection: Connection, entity_id: str
) -> tuple[RelyingPartyTrust | None, str | None]:
    """Return one trust and its change stamp."""
    row = connection.execute(_TRUST, {"entity_id": entity_id}).first()
    return (None, None) if row is None else (_trust_of(row[:-1]), row[-1])


def _row_of(
    connection: Connection, trust: RelyingPartyTrust, metadata: bytes | None
) -> dict[str, Any]:
    if metadata is None:
        key = {"entity_id": trust.entity_id}
        metadata = connection.execute(_METADATA, key).scalar() or b""
    row = {
        "entity_id": trust.entity_id,
        "service_provider": _json(asdict(trust.service_provider)),
        "settings": trust.settings.model_dump_json(),
        "source": trust.source,
        "source_digest": trust.source_digest,
        "metadata": metadata,
        "added_at": trust.added_at,
        "changed_at": trust.changed_at,
        "terms": _terms(trust),
    }
    # The stamp is a digest of all that is read back: equal stamps mean equal trusts, also when a
    # trust is removed and added again.
    row["stamp"] = hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest()
    return row


def _trust_of(row: Sequence[Any]) -> RelyingPartyTrust:
    entity_id, provider_json, settings, source, source_digest, added_at, changed_at, terms = row
    provider = _service_provider(provider_json)
    return RelyingPartyTrust(
        entity_id=entity_id,
        display_name=provider.display_name or entity_id,
        service_provider=provider,
        settings=TrustSettings.model_validate_json(settings),
        source=source,
        source_digest=source_digest,
        added_at=added_at,
        changed_at=changed_at,
        **_read_terms(terms),
    )


def _terms(trust: RelyingPartyTrust) -> str:
    """Return what the use of the metadata is bound to, as JSON; mostly there is nothing."""
    signed_by = {} if trust.signed_by is None else {"signed_by": trust.signed_by}
    return _json({**terms_of(trust.validity), **signed_by})


def _read_terms(text: str) -> dict[str, Any]:
    if text == "{}":
        return {}
    values = json.loads(text)
    return {"validity": validity_of(values), "signed_by": values.get("signed_by")}


def _service_provider(text: str) -> ServiceProvider:
    values = json.loads(text)
    services = values.pop("assertion_consumer_services")
    logout_services = values.pop("single_logout_services", ())
    plain: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in values.items()
    }
    return ServiceProvider(
        assertion_consumer_services=tuple(AssertionConsumerService(**each) for each in services),
        single_logout_services=tuple(SingleLogoutService(**each) for each in logout_services),
        **plain,
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
