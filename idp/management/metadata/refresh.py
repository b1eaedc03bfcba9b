"""Fetches the metadata of a trust again and applies it, or holds it back for an administrator.

An update is held back until it is accepted if it would weaken the trust or exchange its keys
(:mod:`idp.federation.metadata.held_changes`), or if ``auto_update_enabled`` is off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.counters import log_and_count
from idp.federation.metadata.diff import MetadataChange, find_changes
from idp.federation.metadata.held_changes import reasons_to_hold
from idp.federation.metadata.schedule import PendingUpdate, RefreshState, next_attempt, next_fetch
from idp.logs import get_logger
from idp.management.metadata.source import (
    MetadataSourceError,
    Source,
    fetch_url,
    is_url,
    without_details,
)
from idp.management.metadata.trust_state import state_of

if TYPE_CHECKING:
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.saml.metadata import ServiceProviderMetadata
    from idp.services import Services

CHANGED_MEANWHILE = "the trust was changed at the same time"
BY_HAND_ONLY = "auto_update_enabled is off"


class Outcome(StrEnum):
    """The result of a refresh."""

    UNCHANGED = "unchanged"
    UPDATED = "updated"
    HELD = "held"
    ACCEPTED = "accepted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a refresh: the differences, and the reasons why they are held or it failed."""

    entity_id: str
    outcome: Outcome
    changes: tuple[MetadataChange, ...] = ()
    reasons: tuple[str, ...] = ()


def begin_refreshing(services: Services, trust: RelyingPartyTrust) -> None:
    """Schedule the first refresh of a trust that was just added, unless it came from a file."""
    if not is_url(trust.source):
        services.refreshes.forget(trust.entity_id)
        return
    now = services.clock.now()
    due_at = next_fetch(now, _interval(services), trust.validity)
    services.refreshes.save(trust.entity_id, RefreshState(due_at, tried_at=now, fetched_at=now))


def refreshable(services: Services) -> tuple[str, ...]:
    """Return the entity IDs of the trusts whose metadata came from a URL."""
    return tuple(trust.entity_id for trust in services.trusts.list() if is_url(trust.source))


def refresh(services: Services, entity_id: str) -> Report:
    """Fetch the metadata of a trust again. A failed fetch is stored and returned, not raised.

    Raises :class:`~idp.federation.relying_party.registry.UnknownTrust`, and
    :class:`MetadataSourceError` if the metadata came from a file.
    """
    trust = services.trusts.existing(entity_id)
    if not is_url(trust.source):
        raise MetadataSourceError(
            f"The metadata of {entity_id} came from a file", "Add it again: tallystick sp add FILE"
        )
    try:
        described = _fetch(services, trust)
    except TallystickError as error:
        return _store_failure(services, trust, error)
    return _apply_or_hold(services, trust, described)


@dataclass(frozen=True, slots=True)
class Held:
    """An update that is held back for *trust*, and what it would change."""

    trust: RelyingPartyTrust
    state: RefreshState
    update: PendingUpdate
    described: ServiceProviderMetadata

    @property
    def report(self) -> Report:
        """What an administrator has to see before it is accepted."""
        new = self.described.service_provider
        changes = find_changes(self.trust.service_provider, new)
        return Report(self.trust.entity_id, Outcome.HELD, changes, self.update.reasons)


def held_for(services: Services, entity_id: str) -> Held:
    """Return the update that is held back. Raises :class:`TallystickError` if there is none."""
    trust = services.trusts.existing(entity_id)
    state = services.refreshes.state(entity_id)
    if state is None or state.held is None:
        raise MetadataSourceError(
            f"Nothing is held back for {entity_id}", "See tallystick sp show", code="nothing_held"
        )
    described = services.trusts.read_held(entity_id, state.held.document, state.held.validity)
    return Held(trust, state, state.held, described)


def accept(services: Services, entity_id: str, digest: str | None = None) -> Report:
    """Apply the update that was held back. Raises :class:`TallystickError` if there is none.

    With *digest*, that of what an administrator has seen, nothing else is accepted: a later fetch
    may have put another update in its place.
    """
    held = held_for(services, entity_id)
    if digest is not None and digest.lower() != held.update.digest:
        raise MetadataSourceError(
            f"Other metadata is held back for {entity_id} now",
            "Look at it first: tallystick sp show",
            code="held_changed",
        )
    trust, state, described = held.trust, held.state, held.described
    changes = held.report.changes
    with services.changes.recording() as made:
        after = services.trusts.update(trust, described)
        if after is None:
            raise MetadataSourceError(
                f"{entity_id}: {CHANGED_MEANWHILE}", "Refresh it again", code="trust_changed"
            )
        services.refreshes.save(entity_id, replace(state, held=None))
        made.add("trust.accept", entity_id, before=state_of(trust), after=state_of(after))
    _log("trust_refresh_accepted", entity_id, changes)
    return Report(entity_id, Outcome.ACCEPTED, changes)


def _fetch(services: Services, trust: RelyingPartyTrust) -> ServiceProviderMetadata:
    content = fetch_url(services, trust.source)
    with without_details(Source(trust.source)):
        return services.trusts.read(content, trust.entity_id)


def _apply_or_hold(
    services: Services, trust: RelyingPartyTrust, described: ServiceProviderMetadata
) -> Report:
    new = described.service_provider
    changes = find_changes(trust.service_provider, new)
    # The registry has checked the signature by the pinned key, if there is one.
    is_signed = trust.signed_by is not None
    reasons = reasons_to_hold(trust.service_provider, new, is_signed=is_signed)
    if changes and not trust.settings.auto_update_enabled:
        reasons = (BY_HAND_ONLY, *reasons)
    if reasons:
        return _hold(
            services, trust, described, Report(trust.entity_id, Outcome.HELD, changes, reasons)
        )
    is_news = bool(changes) or described.validity != trust.validity
    with services.changes.recording() as made:
        after = services.trusts.update(trust, described) if is_news else trust
        if after is None:
            return Report(trust.entity_id, Outcome.FAILED, reasons=(CHANGED_MEANWHILE,))
        _store_success(services, trust, described)
        if changes:
            entity_id = trust.entity_id
            made.add("trust.refresh", entity_id, before=state_of(trust), after=state_of(after))
    if not changes:
        return Report(trust.entity_id, Outcome.UNCHANGED)
    _log("trust_refreshed", trust.entity_id, changes)
    return Report(trust.entity_id, Outcome.UPDATED, changes)


def _hold(
    services: Services, trust: RelyingPartyTrust, described: ServiceProviderMetadata, report: Report
) -> Report:
    held = PendingUpdate(described.document, report.reasons, described.validity)
    before = services.refreshes.state(trust.entity_id)
    _store_success(services, trust, described, held)
    if before is None or before.held is None or before.held.document != held.document:
        get_logger().warning(
            "trust_refresh_held", trust=trust.entity_id, reasons=list(report.reasons)
        )
    return report


def _store_failure(services: Services, trust: RelyingPartyTrust, error: TallystickError) -> Report:
    now = services.clock.now()
    before = services.refreshes.state(trust.entity_id) or RefreshState(now)
    failures = before.failures + 1
    due_at = next_attempt(now, _interval(services), failures)
    state = replace(before, due_at=due_at, failures=failures, tried_at=now, fault=str(error))
    services.refreshes.save(trust.entity_id, state)
    log_and_count(
        services.counters,
        "trust_refresh_failed",
        trust=trust.entity_id,
        code=error.code,
        failures=failures,
    )
    return Report(trust.entity_id, Outcome.FAILED, reasons=(str(error),))


def _store_success(
    services: Services,
    trust: RelyingPartyTrust,
    described: ServiceProviderMetadata,
    held: PendingUpdate | None = None,
) -> None:
    now = services.clock.now()
    due_at = next_fetch(now, _interval(services), described.validity)
    state = RefreshState(due_at, tried_at=now, fetched_at=now, held=held)
    services.refreshes.save(trust.entity_id, state)


def _interval(services: Services) -> timedelta:
    return timedelta(minutes=services.config.trusts.monitoring_interval_minutes or 1440)


def _log(event: str, entity_id: str, changes: tuple[MetadataChange, ...]) -> None:
    texts = [f"{change.kind} {change.what} {change.value}" for change in changes]
    get_logger().info(event, trust=entity_id, changes=texts)
