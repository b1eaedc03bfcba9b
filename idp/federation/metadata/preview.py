"""What an import would make of a trust: what is trusted then, what is weak, and what changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from idp.federation.metadata.weakening import weakened_by
from idp.saml.certificate_report import CertificateReport, report_on
from idp.saml.certificates import BadCertificate, thumbprint_of
from idp.saml.values import ServiceProvider

if TYPE_CHECKING:
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.saml.metadata import ServiceProviderMetadata

MIN_CERTIFICATE_LENGTH = 200
"""Characters in base64: nothing shorter is looked at as one."""

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: ``what`` is a field of the metadata, ``value`` what it has, or had."""

    kind: str
    what: str
    value: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What metadata would make of a trust.

    ``known`` is the trust there is now, None without one. ``certificates`` are pairs of their use
    and the report on each; ``loosens`` says what the trust would be less strict in.
    """

    described: ServiceProviderMetadata
    known: RelyingPartyTrust | None
    certificates: tuple[tuple[str, CertificateReport], ...]
    changes: tuple[Change, ...]
    loosens: tuple[str, ...] = ()

    @property
    def weaknesses(self) -> tuple[str, ...]:
        """What is weak about the certificates, as sentences."""
        return tuple(
            f"{use} certificate {report.thumbprint[:16]}: {weakness}"
            for use, report in self.certificates
            for weakness in report.weaknesses
        )


def preview_of(
    described: ServiceProviderMetadata, known: RelyingPartyTrust | None, now: datetime
) -> Preview:
    """Return the preview of an import over the trust that is there."""
    provider = described.service_provider
    return Preview(
        described,
        known,
        tuple(certificates_of(provider, now)),
        () if known is None else changes_between(known.service_provider, provider),
        () if known is None else weakened_by(known.service_provider, provider, now),
    )


def certificates_of(
    provider: ServiceProvider, now: datetime
) -> Iterator[tuple[str, CertificateReport]]:
    """Yield the use of each certificate and the report on it; one for both uses comes once."""
    signing, encryption = provider.signing_certificates, provider.encryption_certificates
    for certificate in dict.fromkeys((*signing, *encryption)):
        uses = [("signing", certificate in signing), ("encryption", certificate in encryption)]
        yield "+".join(name for name, is_so in uses if is_so), report_on(certificate, now)


def changes_between(old: ServiceProvider, new: ServiceProvider) -> tuple[Change, ...]:
    """Return every difference between two descriptions of one service provider."""
    return tuple(
        change
        for field in fields(ServiceProvider)
        for change in _changes(field.name, getattr(old, field.name), getattr(new, field.name))
    )


def _changes(name: str, old: Any, new: Any) -> Iterator[Change]:
    if isinstance(new, tuple):
        yield from (Change(REMOVED, name, shown(each)) for each in old if each not in new)
        yield from (Change(ADDED, name, shown(each)) for each in new if each not in old)
    elif old != new:
        yield Change(CHANGED, name, f"{shown(old)} -> {shown(new)}")


def shown(value: Any) -> str:
    """Return a value of the metadata for people: certificates by their thumbprint."""
    if isinstance(value, str):
        return _thumbprint(value) or value
    if isinstance(value, bool):
        return "true" if value else "false"
    parts = [(field.name, getattr(value, field.name)) for field in fields(value)]
    first, *others = [(name, each) for name, each in parts if each not in (None, "", False)]
    return " ".join([str(first[1]), *(f"{name}={_brief(each)}" for name, each in others)])


def _brief(value: object) -> str:
    return str(value).removeprefix("urn:oasis:names:tc:SAML:2.0:bindings:")


def _thumbprint(value: str) -> str | None:
    try:
        return f"SHA-256 {thumbprint_of(value)}" if len(value) >= MIN_CERTIFICATE_LENGTH else None
    except BadCertificate:
        return None
