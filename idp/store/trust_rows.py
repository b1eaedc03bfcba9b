"""A row of the table ``trusts``, and the relying party trust that it holds.

What the metadata says is kept as JSON beside it, so that reading a trust needs no XML parser. A row
may be of a newer version: see :mod:`idp.store.stored_json`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import (
    RelyingPartyTrust,
    StoredTrust,
    UnreadableTrust,
    name_for_people,
)
from idp.saml.validity import Validity
from idp.saml.values import AssertionConsumerService, ServiceProvider, SingleLogoutService
from idp.store.metadata_validity import TERMS, validity_from_json, validity_to_json
from idp.store.schema import trusts
from idp.store.stored_json import (
    DamagedValue,
    faults_of,
    known_values,
    load_object,
    with_unknown,
)

COLUMNS = (
    trusts.c.entity_id,
    trusts.c.service_provider,
    trusts.c.settings,
    trusts.c.source,
    trusts.c.source_digest,
    trusts.c.added_at,
    trusts.c.changed_at,
    trusts.c.terms,
)

_TERMS = (*TERMS, "signed_by")
_PROVIDER = tuple(field.name for field in fields(ServiceProvider))
_SERVICES = {
    "assertion_consumer_services": [field.name for field in fields(AssertionConsumerService)],
    "single_logout_services":      [field.name for field in fields(SingleLogoutService)],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    """The columns :data:`COLUMNS` of one row."""

    entity_id: str
    service_provider: str
    settings: str
    source: str
    source_digest: str
    added_at: datetime
    changed_at: datetime
    terms: str


def trust_from_row(row: Sequence[Any]) -> RelyingPartyTrust:
    """Return the trust of a row of :data:`COLUMNS`; raises :class:`UnreadableTrust`."""
    stored = _Row(*row)
    try:
        provider = _service_provider(stored.service_provider)
        settings = _settings(stored.settings)
        validity, signed_by = _terms(stored.terms)
    except DamagedValue as damage:
        raise _unreadable(stored, str(damage)) from None
    return RelyingPartyTrust(
        entity_id=stored.entity_id,
        display_name=name_for_people(provider.display_name, provider.entity_id),
        service_provider=provider,
        settings=settings,
        source=stored.source,
        added_at=stored.added_at,
        changed_at=stored.changed_at,
        source_digest=stored.source_digest,
        validity=validity,
        signed_by=signed_by,
    )


def stored_trust_from_row(row: Sequence[Any]) -> StoredTrust:
    """Return the trust of a row, or what stands for one that cannot be read."""
    try:
        return trust_from_row(row)
    except UnreadableTrust as unreadable:
        return unreadable


def row_from_trust(trust: RelyingPartyTrust, before: Sequence[Any] | None) -> dict[str, Any]:
    """Return the columns to store for *trust*, except its metadata and stamp.

    *before* is the row of :data:`COLUMNS` that there is now, None for a new trust. Keys in it that
    this version does not know are kept: in the settings always, in the description of the service
    provider as long as that stays the same, since newer metadata may say otherwise.
    """
    stored = None if before is None else _Row(*before)
    settings = trust.settings.model_dump(mode="json")
    terms = validity_to_json(trust.validity)
    if trust.signed_by is not None:
        terms["signed_by"] = trust.signed_by
    if stored is not None:
        settings = with_unknown(settings, stored.settings, TrustSettings.model_fields)
        terms = with_unknown(terms, stored.terms, _TERMS)
    return {
        "entity_id": trust.entity_id,
        "service_provider": _provider_text(trust.service_provider, stored),
        "settings": _json(settings),
        "source": trust.source,
        "source_digest": trust.source_digest,
        "added_at": trust.added_at,
        "changed_at": trust.changed_at,
        "terms": _json(terms),
    }


def read_setting(settings: str, name: str) -> object:
    """Return the value of *name* in stored settings, None where they have none."""
    try:
        return load_object(settings).get(name)
    except DamagedValue:
        return None


def digest_row(row: dict[str, Any]) -> str:
    """Return a digest of all that is read back.

    Equal stamps mean equal trusts, also when a trust is removed and added again.
    """
    return hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest()


def _provider_text(provider: ServiceProvider, stored: _Row | None) -> str:
    if stored is not None:
        with suppress(DamagedValue):
            if _service_provider(stored.service_provider) == provider:
                return stored.service_provider
    return _json(asdict(provider))


def _unreadable(stored: _Row, fault: str) -> UnreadableTrust:
    """Return what stands for a trust that cannot be read, with what can be read of it."""
    settings = signed_by = None
    with suppress(DamagedValue):
        settings = _settings(stored.settings)
    with suppress(DamagedValue):
        _validity, signed_by = _terms(stored.terms)
    return UnreadableTrust(
        stored.entity_id,
        fault,
        added_at=stored.added_at,
        settings=settings,
        signed_by=signed_by,
    )


def _settings(text: str) -> TrustSettings:
    try:
        values = known_values(load_object(text), TrustSettings.model_fields, "trusts.settings")
        return TrustSettings.model_validate(values)
    except DamagedValue as damage:
        raise DamagedValue(f"settings: {damage}") from None
    except ValidationError as error:
        raise DamagedValue(f"settings: {faults_of(error)}") from None


def _service_provider(text: str) -> ServiceProvider:
    try:
        values = load_object(text)
        _log_unknown_keys(values)
        return _reader().validate_python(values)
    except DamagedValue as damage:
        raise DamagedValue(f"service_provider: {damage}") from None
    except ValidationError as error:
        raise DamagedValue(f"service_provider: {faults_of(error)}") from None


@cache
def _reader() -> TypeAdapter[ServiceProvider]:
    """Return the reader of stored descriptions; to make one takes some milliseconds."""
    return TypeAdapter(ServiceProvider)


def _log_unknown_keys(values: dict[str, Any]) -> None:
    place = "trusts.service_provider"
    known_values(values, _PROVIDER, place)
    for name, known in _SERVICES.items():
        services = values.get(name)
        for service in services if isinstance(services, list) else ():
            if isinstance(service, dict):
                known_values(service, known, f"{place}.{name}")


def _terms(text: str) -> tuple[Validity, str | None]:
    """Return how long the metadata holds, and whose key must have signed it."""
    try:
        values = known_values(load_object(text), _TERMS, "trusts.terms")
        signed_by = values.get("signed_by")
        if not isinstance(signed_by, str | None):
            raise DamagedValue("signed_by is not a text")
        return validity_from_json(values), signed_by
    except DamagedValue as damage:
        raise DamagedValue(f"terms: {damage}") from None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
