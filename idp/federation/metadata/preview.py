"""What an import of metadata would do, and which of it a refresh would hold back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from adapter.sentences import Sentence, sentence
from idp.federation.metadata.diff import MetadataChange, find_changes
from idp.federation.metadata.held_changes import reasons_to_hold
from idp.instants import json_instant
from idp.saml.certificate_report import CertificateReport, report_on
from idp.saml.validity import Validity
from idp.saml.values import ServiceProvider

if TYPE_CHECKING:
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.saml.metadata import ServiceProviderMetadata

_USES = {
    "signing":            sentence("signing"),
    "encryption":         sentence("encryption"),
    "signing+encryption": sentence("signing+encryption"),
}  # fmt: skip
WARN_BEFORE = timedelta(days=30)
"""How long before the ``validUntil`` of metadata its trust is warned about."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import of metadata would do.

    ``current`` is the trust that it would update, None for a new one. ``certificates`` are pairs:
    the use of a certificate and the report on it. ``reasons_to_hold`` has a sentence for each
    change that an automatic update would hold back for an administrator.
    """

    described: ServiceProviderMetadata
    current: RelyingPartyTrust | None
    certificates: tuple[tuple[str, CertificateReport], ...]
    changes: tuple[MetadataChange, ...]
    reasons_to_hold: tuple[str, ...] = ()
    ends_soon: tuple[str, ...] = ()

    @property
    def weaknesses(self) -> tuple[str, ...]:
        """What is weak about the certificates or wrong in the metadata, a sentence each."""
        of_certificates = (
            weak_certificate(use, report, weakness)
            for use, report in self.certificates
            for weakness in report.weaknesses
        )
        return (*self.ends_soon, *of_certificates, *self.described.service_provider.warnings)


def make_preview(
    described: ServiceProviderMetadata,
    current: RelyingPartyTrust | None,
    now: datetime,
    min_rsa_bits: int,
) -> Preview:
    """Return what importing *described* would do to the *current* trust.

    *min_rsa_bits* is that setting of the trust, as the import would leave it.
    """
    provider = described.service_provider
    return Preview(
        described,
        current,
        tuple(report_certificates(provider, now, min_rsa_bits)),
        () if current is None else find_changes(current.service_provider, provider),
        () if current is None else _reasons_to_hold(current, provider),
        tuple(warn_of_end(described.validity, now)),
    )


def _reasons_to_hold(current: RelyingPartyTrust, provider: ServiceProvider) -> tuple[str, ...]:
    is_signed = current.signed_by is not None
    return reasons_to_hold(current.service_provider, provider, is_signed=is_signed)


def warn_of_end(validity: Validity, now: datetime) -> Iterator[str]:
    """Yield a warning if the metadata has expired, or expires within :data:`WARN_BEFORE`."""
    until = validity.valid_until
    if until is not None and until <= now:
        yield sentence("its metadata was valid until {until}", until=json_instant(until))
    elif until is not None and until - now <= WARN_BEFORE:
        yield sentence(
            "its metadata is valid only until {until}; import newer one by then",
            until=json_instant(until),
        )


def weak_certificate(use: str, report: CertificateReport, weakness: str) -> Sentence:
    """Return a weakness of a certificate with its use, a sentence without a full stop."""
    return sentence(
        "{use} certificate {thumbprint}: {weakness}",
        use=_USES[use], thumbprint=report.thumbprint[:16], weakness=weakness,
    )  # fmt: skip


def report_certificates(
    provider: ServiceProvider, now: datetime, min_rsa_bits: int
) -> Iterator[tuple[str, CertificateReport]]:
    """Yield the use of each certificate and a report on it; a certificate with two uses once."""
    signing, encryption = provider.signing_certificates, provider.encryption_certificates
    for certificate in dict.fromkeys((*signing, *encryption)):
        uses = [("signing", certificate in signing), ("encryption", certificate in encryption)]
        yield (
            "+".join(name for name, is_used in uses if is_used),
            report_on(certificate, now, min_rsa_bits),
        )
