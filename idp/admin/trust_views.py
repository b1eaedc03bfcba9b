"""Relying party trusts and previews of them as scripts and pages see them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from idp.admin.times import timestamp
from idp.federation.preview import certificates_of
from idp.federation.trusts import SHA1_WARNING
from idp.saml import uris

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from idp.federation.preview import Preview
    from idp.federation.trusts import RelyingPartyTrust
    from idp.saml.certificate_report import CertificateReport
    from idp.saml.validity import Validity
    from idp.saml.values import ServiceProvider


def as_json(trust: RelyingPartyTrust, now: datetime) -> dict[str, Any]:
    """Return all of a trust for scripts."""
    return {
        "entity_id": trust.entity_id,
        "display_name": trust.display_name,
        "source": trust.source,
        "added_at": timestamp(trust.added_at),
        "changed_at": timestamp(trust.changed_at),
        "warnings": list(warnings_of(trust, now)),
        "settings": trust.settings.model_dump(mode="json"),
        "metadata": _provider_json(trust.service_provider),
        "certificates": _certificates_json(trust.service_provider, now),
        **_validity_json(trust.validity),
        "signed_by": trust.signed_by,
    }


def preview_as_json(preview: Preview) -> dict[str, Any]:
    """Return a preview for scripts."""
    provider = preview.described.service_provider
    return {
        "dry_run": True,
        "entity_id": provider.entity_id,
        "display_name": provider.display_name or provider.entity_id,
        "new": preview.known is None,
        "metadata": _provider_json(provider),
        "certificates": [
            {"use": use, **_report_json(report)} for use, report in preview.certificates
        ],
        "weaknesses": list(preview.weaknesses),
        "changes": [asdict(change) for change in preview.changes],
        **_validity_json(preview.described.validity),
    }


def warnings_of(trust: RelyingPartyTrust, now: datetime) -> tuple[str, ...]:
    """Return what is weak about a trust, as sentences without a full stop."""
    return (
        *_of_settings(trust),
        *_of_validity(trust, now),
        *(
            f"{use} certificate {report.thumbprint[:16]}: {weakness}"
            for use, report in certificates_of(trust.service_provider, now)
            for weakness in report.weaknesses
        ),
    )


def _of_settings(trust: RelyingPartyTrust) -> Iterator[str]:
    if trust.settings.signature_algorithm == uris.RSA_SHA1:
        yield SHA1_WARNING
    if trust.settings.encryption_algorithm == "aes256-cbc":
        yield "what is encrypted in CBC can be altered unseen (encryption_algorithm)"


def _of_validity(trust: RelyingPartyTrust, now: datetime) -> Iterator[str]:
    until = trust.validity.valid_until
    if until is not None and until <= now:
        yield f"its metadata was valid until {timestamp(until)}"


def _provider_json(provider: ServiceProvider) -> dict[str, Any]:
    values = asdict(provider)
    del values["entity_id"], values["display_name"]
    return values


def _certificates_json(provider: ServiceProvider, now: datetime) -> list[dict[str, Any]]:
    return [{"use": use, **_report_json(each)} for use, each in certificates_of(provider, now)]


def _report_json(report: CertificateReport) -> dict[str, Any]:
    return {
        **asdict(report),
        "not_before": timestamp(report.not_before),
        "not_after": timestamp(report.not_after),
        "weaknesses": list(report.weaknesses),
    }


def _validity_json(validity: Validity) -> dict[str, Any]:
    until, cache = validity.valid_until, validity.cache_duration
    return {
        "valid_until": None if until is None else timestamp(until),
        "cache_seconds": None if cache is None else int(cache.total_seconds()),
    }
