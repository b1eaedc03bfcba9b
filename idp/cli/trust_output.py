"""Prints the preview of a trust and the report of a metadata refresh, and asks before accepting."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import click

from idp.cli.output import print_fields, print_json, print_warning, printable

if TYPE_CHECKING:
    from idp.federation.metadata.diff import MetadataChange
    from idp.federation.metadata.preview import Preview
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.management.metadata.refresh import Report
    from idp.saml.certificate_report import CertificateReport
    from idp.services import Services

_SHOWN_ELSEWHERE = (
    "entity_id", "display_name", "signing_certificates", "encryption_certificates", "warnings",
)  # fmt: skip


def print_preview(preview: Preview, *, as_json: bool) -> None:
    """Print what the trust would contain, what is weak about it, and what would change."""
    if as_json:
        from idp.management.trust_views import preview_as_json

        print_json(preview_as_json(preview))
        return
    provider = preview.described.service_provider
    verb = "created" if preview.current is None else "updated"
    click.echo(f"{printable(provider.entity_id)} would be {verb}:")
    print_fields(list(_trusted(preview)))
    for warning in (*preview.weaknesses, *preview.reasons_to_hold):
        print_warning(warning)
    if preview.current is None:
        return
    click.echo("Changes:" if preview.changes else "Nothing changes.")
    _print_changes(preview.changes)


def print_report(report: Report) -> None:
    """Print what a refresh changed; on standard error, why it was held back or failed."""
    click.echo(f"{printable(report.entity_id)}: {report.outcome.value}")
    _print_changes(report.changes)
    for reason in report.reasons:
        print_warning(reason)


def accept_held(services: Services, entity_id: str, *, held: str | None, asks: bool) -> Report:
    """Accept what is held back: what *held* names, or in a terminal what is shown and confirmed."""
    from idp.management.metadata import refresh

    if held is None and asks and sys.stdin.isatty():
        shown = refresh.held_for(services, entity_id)
        print_report(shown.report)
        if not click.confirm("Accept this?", err=True):
            raise click.exceptions.Exit(1)
        held = shown.update.digest
    return refresh.accept(services, entity_id, held)


def trust_json(services: Services, trust: RelyingPartyTrust) -> dict[str, Any]:
    """Return a trust for scripts."""
    from idp.management.trust_views import view_of

    return view_of(services, trust).as_json()


def warn_of(services: Services, trust: RelyingPartyTrust) -> None:
    """Print the warnings about a trust, on standard error."""
    from idp.management.trust_views import view_of

    for warning in view_of(services, trust).warnings:
        print_warning(warning)


def flatten(values: dict[str, Any], prefix: str = "") -> list[tuple[str, object]]:
    """Return nested values as one list of names and texts; names are joined with dots."""
    fields: list[tuple[str, object]] = []
    for name, value in values.items():
        if isinstance(value, dict):
            fields += flatten(value, f"{prefix}{name}.")
        elif isinstance(value, (list, tuple)) and value and isinstance(value[0], dict):
            for number, item in enumerate(value, 1):
                fields += flatten(item, f"{prefix}{name}.{number}.")
        else:
            plain = isinstance(value, str) and value
            fields.append((prefix + name, value if plain else json.dumps(value)))
    return fields


def _print_changes(changes: Iterable[MetadataChange]) -> None:
    for change in changes:
        click.echo(f"  {change.kind:<8} {change.what}  {printable(change.value)}")


def _trusted(preview: Preview) -> Iterator[tuple[str, object]]:
    from idp.federation.metadata.diff import format_value
    from idp.federation.relying_party.trust import name_for_people

    provider, validity = preview.described.service_provider, preview.described.validity
    yield "  display_name", name_for_people(provider.display_name, provider.entity_id)
    for field in fields(provider):
        if field.name not in _SHOWN_ELSEWHERE:
            value = getattr(provider, field.name)
            for each in value if isinstance(value, tuple) else (value,):
                yield f"  {field.name}", format_value(each)
    for use, report in preview.certificates:
        yield f"  {use} certificate", ", ".join(_certificate(report))
    if validity.valid_until is not None:
        yield "  valid_until", f"{validity.valid_until:%Y-%m-%d %H:%M} UTC"
    if validity.cache_duration is not None:
        yield "  cache_duration", validity.cache_duration


def _certificate(report: CertificateReport) -> Iterator[str]:
    yield report.subject or "no subject"
    yield report.key
    if report.not_before is not None and report.not_after is not None:
        yield f"{report.not_before:%Y-%m-%d} to {report.not_after:%Y-%m-%d}"
    yield f"SHA-256 {report.thumbprint}"
