"""Relying party trusts, previews and refresh reports as JSON, and the warnings about a trust.

Used by ``tallystick sp``, ``/admin/trusts`` and ``/admin/api/trusts``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from adapter.sentences import counted, sentence
from idp.federation.access_control.sides import EXTRANET_WARNING, trust_tells_sides_apart
from idp.federation.metadata.preview import (
    report_certificates,
    warn_of_end,
    weak_certificate,
)
from idp.federation.relying_party.trust import UnreadableTrust, name_for_people
from idp.federation.relying_party.weak_settings import WEAK_SETTINGS
from idp.instants import json_instant
from idp.management.error_json import error_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from idp.federation.metadata.preview import Preview
    from idp.federation.metadata.schedule import RefreshState
    from idp.federation.relying_party.trust import RelyingPartyTrust, StoredTrust
    from idp.management.metadata.refresh import Report
    from idp.saml.certificate_report import CertificateReport
    from idp.saml.validity import Validity
    from idp.saml.values import ServiceProvider
    from idp.services import Services


@dataclass(frozen=True, slots=True)
class TrustView:
    """A trust as it is at ``now``; ``refreshing`` is None if its metadata came from a file.

    ``sides_are_unknown`` means that its access depends on intranet and extranet, which the server
    cannot tell apart.
    """

    trust: RelyingPartyTrust
    refreshing: RefreshState | None
    now: datetime
    sides_are_unknown: bool

    @property
    def entity_id(self) -> str:
        """The entity id."""
        return self.trust.entity_id

    @property
    def warnings(self) -> tuple[str, ...]:
        """Weaknesses, and what waits for an administrator: sentences without a full stop."""
        return (
            *((EXTRANET_WARNING,) if self.sides_are_unknown else ()),
            *_of_settings(self.trust),
            *self.end_of_metadata,
            *_of_refreshing(self.refreshing),
            *(
                weak_certificate(use, report, weakness)
                for use, report in _reports(self.trust, self.now)
                for weakness in report.weaknesses
            ),
            *self.trust.service_provider.warnings,
        )

    @property
    def end_of_metadata(self) -> tuple[str, ...]:
        """A warning of the end of its metadata, unless newer metadata will be fetched before."""
        until, state, settings = (
            self.trust.validity.valid_until,
            self.refreshing,
            self.trust.settings,
        )
        is_refreshed = state is not None and not state.failures and not state.held
        goes_on = (is_refreshed and settings.monitoring_enabled) or not settings.honour_valid_until
        if goes_on and until is not None and until > self.now:
            return ()
        return tuple(warn_of_end(self.trust.validity, self.now))

    def as_json(self) -> dict[str, Any]:
        """Return the trust as the REST API and ``--json`` show it."""
        trust = self.trust
        return {
            "entity_id": trust.entity_id,
            "display_name": trust.display_name,
            "source": trust.source,
            "added_at": json_instant(trust.added_at),
            "changed_at": json_instant(trust.changed_at),
            "warnings": list(self.warnings),
            "settings": trust.settings.model_dump(mode="json"),
            "metadata": _provider_json(trust.service_provider),
            "certificates": _certificates_json(trust, self.now),
            **_validity_json(trust.validity),
            "signed_by": trust.signed_by,
            "refresh": _refresh_json(self.refreshing),
        }


@dataclass(frozen=True, slots=True)
class UnreadableView:
    """What stands in lists for a trust that cannot be read."""

    fault: UnreadableTrust

    @property
    def entity_id(self) -> str:
        """The entity id."""
        return self.fault.entity_id

    @property
    def warnings(self) -> tuple[str, ...]:
        """Why, and what to do, with the code, as one sentence without a full stop."""
        return (f"{str(self.fault).removesuffix('.')} [{self.fault.code}]",)

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts; a trust that can be read has no ``error``."""
        return {"entity_id": self.entity_id, **error_json(self.fault)}


def view_of(services: Services, trust: RelyingPartyTrust) -> TrustView:
    """Return one trust with its refresh state, as it is now."""
    (are_unknown,) = _sides_are_unknown(services, (trust,))
    state, now = services.refreshes.state(trust.entity_id), services.clock.now()
    return TrustView(trust, state, now, are_unknown)


def views(services: Services) -> tuple[TrustView | UnreadableView, ...]:
    """Return all trusts with their refresh states, in the order they were added."""
    return _views_of(services, services.trusts.list_all())


def views_page(
    services: Services, after: int, limit: int, text: str = ""
) -> tuple[tuple[TrustView | UnreadableView, ...], int | None]:
    """Return a page of the trusts whose name or entity ID contains *text*, and where it goes on.

    *after* is 0 for the first page; None means that there is no further one.
    """
    page = services.trusts.page(after, limit, text)
    return _views_of(services, page.trusts), page.after


def _views_of(
    services: Services, trusts: Sequence[StoredTrust]
) -> tuple[TrustView | UnreadableView, ...]:
    states, now = services.refreshes.states(), services.clock.now()
    return tuple(
        UnreadableView(trust)
        if isinstance(trust, UnreadableTrust)
        else TrustView(trust, states.get(trust.entity_id), now, are_unknown)
        for trust, are_unknown in zip(trusts, _sides_are_unknown(services, trusts), strict=True)
    )


def _sides_are_unknown(services: Services, trusts: Sequence[StoredTrust]) -> tuple[bool, ...]:
    """Return of each trust whether its access depends on sides that cannot be told apart."""
    if services.config.proxies.web_application_proxies:
        return (False,) * len(trusts)
    rules = services.access.rules()
    return tuple(
        not isinstance(trust, UnreadableTrust) and trust_tells_sides_apart(trust.settings, rules)
        for trust in trusts
    )


def report_as_json(report: Report) -> dict[str, Any]:
    """Return the result of a refresh as the REST API and ``--json`` show it."""
    return {
        "entity_id": report.entity_id,
        "outcome": report.outcome.value,
        "changes": [asdict(change) for change in report.changes],
        "reasons": list(report.reasons),
    }


def preview_as_json(preview: Preview) -> dict[str, Any]:
    """Return a preview as the REST API and ``--json`` show it."""
    provider = preview.described.service_provider
    return {
        "dry_run": True,
        "entity_id": provider.entity_id,
        "display_name": name_for_people(provider.display_name, provider.entity_id),
        "new": preview.current is None,
        "metadata": _provider_json(provider),
        "certificates": [
            {"use": use, **_report_json(report)} for use, report in preview.certificates
        ],
        "weaknesses": list(preview.weaknesses),
        "changes": [asdict(change) for change in preview.changes],
        "loosens": list(preview.reasons_to_hold),
        **_validity_json(preview.described.validity),
    }


def _of_settings(trust: RelyingPartyTrust) -> Iterator[str]:
    for weak in WEAK_SETTINGS:
        if getattr(trust.settings, weak.name) == weak.value:
            yield weak.warning
    if trust.settings.encryption_algorithm == "aes256-cbc":
        yield sentence("encryption in CBC mode can be altered unnoticed (encryption_algorithm)")


def _of_refreshing(state: RefreshState | None) -> Iterator[str]:
    if state is not None and state.held is not None:
        yield sentence(
            "new metadata is held back: {reasons}", reasons="; ".join(state.held.reasons)
        )
    if state is not None and state.held_is_unreadable:
        yield sentence("what is held back of its metadata cannot be read: refresh it again")
    if state is not None and state.failures:
        yield counted(
            "its metadata could not be fetched, once: {fault}",
            "its metadata could not be fetched, {number} times in a row: {fault}",
            state.failures, fault=state.fault,
        )  # fmt: skip


def _refresh_json(state: RefreshState | None) -> dict[str, Any] | None:
    if state is None:
        return None
    return {
        "due_at": json_instant(state.due_at),
        "tried_at": None if state.tried_at is None else json_instant(state.tried_at),
        "fetched_at": None if state.fetched_at is None else json_instant(state.fetched_at),
        "failures": state.failures,
        "fault": state.fault,
        "held": None if state.held is None else list(state.held.reasons),
        "held_digest": None if state.held is None else state.held.digest,
    }


def _provider_json(provider: ServiceProvider) -> dict[str, Any]:
    values = asdict(provider)
    del values["entity_id"], values["display_name"], values["warnings"]
    return values


def _reports(trust: RelyingPartyTrust, now: datetime) -> Iterator[tuple[str, CertificateReport]]:
    return report_certificates(trust.service_provider, now, trust.settings.min_rsa_bits)


def _certificates_json(trust: RelyingPartyTrust, now: datetime) -> list[dict[str, Any]]:
    return [{"use": use, **_report_json(each)} for use, each in _reports(trust, now)]


def _report_json(report: CertificateReport) -> dict[str, Any]:
    return {
        **asdict(report),
        "not_before": None if report.not_before is None else json_instant(report.not_before),
        "not_after": None if report.not_after is None else json_instant(report.not_after),
        "weaknesses": list(report.weaknesses),
    }


def _validity_json(validity: Validity) -> dict[str, Any]:
    until, cache = validity.valid_until, validity.cache_duration
    return {
        "valid_until": None if until is None else json_instant(until),
        "cache_seconds": None if cache is None else int(cache.total_seconds()),
    }
