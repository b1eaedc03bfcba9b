"""Adds relying party trusts from metadata, or previews what adding would do.

Used by ``tallystick sp add`` and ``/admin/api/trusts``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from idp.federation.metadata.preview import Preview, make_preview
from idp.federation.relying_party.registry import SettingsChange
from idp.federation.relying_party.trust import RelyingPartyTrust, UnreadableTrust
from idp.management.metadata.refresh import begin_refreshing
from idp.management.metadata.source import Source, content_of, without_details
from idp.management.metadata.trust_state import state_of

if TYPE_CHECKING:
    from idp.services import Services


def add_from(
    services: Services, source: Source, change: SettingsChange | None = None
) -> RelyingPartyTrust:
    """Add the trust that the metadata at *source* describes, or update it if there is one.

    *change* is applied to its settings, in the same transaction. Raises
    :class:`~adapter.errors.TallystickError` if no trust can be made of it.
    """
    metadata = content_of(services, source)
    with services.changes.recording() as made:
        with without_details(source):
            described = services.trusts.read(
                metadata, source.entity_id, signed_by=source.signed_by, settings=change
            )
            before = state_of(_find_readable(services, described.service_provider.entity_id))
            trust = services.trusts.add(
                metadata,
                settings=change,
                entity_id=source.entity_id,
                source=source.place,
                signed_by=source.signed_by,
            )
        begin_refreshing(services, trust)
        made.add("trust.add", trust.entity_id, before=before, after=state_of(trust))
    return trust


def change(services: Services, entity_id: str, values: Mapping[str, Any]) -> RelyingPartyTrust:
    """Change settings given as JSON values; raises what ``TrustRegistry.change`` raises."""
    return _changed(services, entity_id, lambda: services.trusts.change(entity_id, values))


def change_from_text(
    services: Services, entity_id: str, changes: Mapping[str, str]
) -> RelyingPartyTrust:
    """Change settings given as text; raises what ``TrustRegistry.change_from_text`` raises."""
    return _changed(
        services, entity_id, lambda: services.trusts.change_from_text(entity_id, changes)
    )


def remove(services: Services, entity_id: str) -> None:
    """Remove a trust; raises :class:`~idp.federation.relying_party.registry.UnknownTrust`."""
    with services.changes.recording() as made:
        before = state_of(_find_readable(services, entity_id))
        services.trusts.remove(entity_id)
        made.add("trust.remove", entity_id, before=before)


def _changed(
    services: Services, entity_id: str, change: Callable[[], RelyingPartyTrust]
) -> RelyingPartyTrust:
    with services.changes.recording() as made:
        before = state_of(_find_readable(services, entity_id))
        trust = change()
        made.add("trust.set", trust.entity_id, before=before, after=state_of(trust))
    return trust


def preview_from(
    services: Services, source: Source, change: SettingsChange | None = None
) -> Preview:
    """Return what :func:`add_from` would do, without doing it."""
    metadata = content_of(services, source)
    with without_details(source):
        described = services.trusts.read(
            metadata, source.entity_id, signed_by=source.signed_by, settings=change
        )
    entity_id = described.service_provider.entity_id
    return make_preview(
        described,
        _find_readable(services, entity_id),
        services.clock.now(),
        services.trusts.settings_after(entity_id, change).min_rsa_bits,
    )


def _find_readable(services: Services, entity_id: str) -> RelyingPartyTrust | None:
    """Return the trust with this entity id; None without one, and for an unreadable one."""
    try:
        return services.trusts.find(entity_id)
    except UnreadableTrust:
        return None
