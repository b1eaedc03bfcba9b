"""Where the metadata of a trust is from, as keys of its table.

==================================  =============================================================
keys                                the trust
==================================  =============================================================
``metadata``                        was made from this document
``metadata_url``                    is refreshed from this address; the document is not part of it
``acs``, ``slo``, ``certificate``   has no metadata: Tallystick wrote it from these values
==================================  =============================================================
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.federation.metadata.entered import EnteredServiceProvider, write_entered
from idp.management.configuration.section import Given, Table
from idp.management.metadata.source import ENTERED, MetadataSourceError, Source, is_url
from idp.saml import metadata_text
from idp.saml.certificates import BadCertificate, read_certificate
from idp.saml.usable_keys import MIN_RSA_BITS_OF_OLD_TRUSTS

if TYPE_CHECKING:
    from idp.federation.relying_party.registry import SettingsChange
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.services import Services

DOCUMENT, URL, VALUES = ("metadata",), ("metadata_url",), ("acs", "slo", "certificate")
KINDS = (DOCUMENT, URL, VALUES)
KEYS = (*DOCUMENT, *URL, *VALUES)
PLACE = "configuration file"
"""The source of a trust whose metadata stands in a document."""


class BadTrustSource(TallystickError):
    """Raised for a trust that says nothing, or too much, about its metadata."""

    code = "bad_trust_source"


@dataclass(frozen=True, slots=True)
class TrustSource:
    """The keys of a table, and what a trust is made from: None if that stays as it is."""

    keys: Table
    source: Source | None = None


def stored_keys(services: Services, trust: RelyingPartyTrust) -> Table:
    """Return the keys of a trust as it is stored."""
    if is_url(trust.source):
        return {"metadata_url": trust.source}
    text = document_text(services.trusts.metadata(trust.entity_id))
    if trust.source == ENTERED:
        values = _values_of(trust)
        if document_text(_written(services, trust.entity_id, values)) == text:
            return values
    return {"metadata": text}


def wanted_source(services: Services, given: Given, change: SettingsChange) -> TrustSource:
    """Return what the metadata of a trust is to be from; nothing is fetched.

    Raises :class:`BadTrustSource`, and what reading the metadata raises.
    """
    table, stored = given.table, given.stored or {}
    kinds = [kind for kind in KINDS if any(table.get(key) for key in kind)]
    if len(kinds) > 1:
        raise BadTrustSource(
            "Its metadata is given in more than one way",
            "Give metadata, metadata_url, or acs with slo and certificate",
        )
    before = {key: stored[key] for key in KEYS if key in stored}
    if not kinds:
        if given.stored is None:
            raise BadTrustSource(
                "A new trust needs metadata, metadata_url, or acs", "Give one of them"
            )
        return TrustSource(before)
    if kinds[0] == URL:
        return _from_url(given, before)
    return _from_content(services, given, kinds[0], before, change)


def _from_url(given: Given, before: Table) -> TrustSource:
    url = given.table["metadata_url"]
    if not is_url(url):
        raise MetadataSourceError(f"{url[:200]!r} is no address", "Give one like https://…")
    keys = {"metadata_url": url}
    is_kept = keys == before and not signer_changes(given)
    source = Source(url, given.table["entity_id"], signer_of(given))
    return TrustSource(keys, None if is_kept else source)


def _from_content(
    services: Services,
    given: Given,
    kind: tuple[str, ...],
    before: Table,
    change: SettingsChange,
) -> TrustSource:
    """Return a source whose content is here: a document, or what is written from values."""
    entity_id = given.table["entity_id"]
    if kind == VALUES:
        values = _normal(Given(given.table, {"slo": "", "certificate": "", **before}).merged)
        content, place = _written(services, entity_id, values), ENTERED
        keys = values
    else:
        content, place = metadata_text.encode(given.table["metadata"]), PLACE
        keys = {"metadata": document_text(content)}
    if keys == before and not signer_changes(given):
        return TrustSource(before)
    signer = signer_of(given)
    described = services.trusts.read(content, entity_id, signed_by=signer, settings=change)
    if kind == DOCUMENT:
        keys = {"metadata": document_text(described.document)}
        if keys == before and not signer_changes(given):
            return TrustSource(before)
    return TrustSource(keys, Source(place, entity_id, signer, content))


def document_text(content: bytes) -> str:
    """Return metadata as the text that stands in a document."""
    return metadata_text.to_utf8(content).decode("utf-8-sig", errors="replace")


def signer_of(given: Given) -> str | None:
    """Return the certificate that must have signed the metadata, in base64."""
    text = given.table.get("metadata_signed_by")
    return read_certificate(text.encode()) if text else None


def signer_changes(given: Given) -> bool:
    """Say whether the metadata must be signed by another certificate than so far."""
    signer = signer_of(given)
    return signer is not None and signer != (given.stored or {}).get("metadata_signed_by")


def _values_of(trust: RelyingPartyTrust) -> Table:
    provider = trust.service_provider
    slo = next((each.location for each in provider.single_logout_services), "")
    return {
        "acs": [each.location for each in provider.assertion_consumer_services],
        "slo": slo,
        "certificate": next(iter(provider.signing_certificates), ""),
    }


def _normal(table: Table) -> Table:
    """Return the values in one spelling: the certificate in base64, each address once."""
    certificate = table["certificate"]
    with suppress(BadCertificate):  # writing the metadata says what is wrong with it
        certificate = certificate and read_certificate(
            certificate.encode(), MIN_RSA_BITS_OF_OLD_TRUSTS
        )
    acs = list(dict.fromkeys(table.get("acs") or ()))
    return {"acs": acs, "slo": table["slo"], "certificate": certificate}


def _written(services: Services, entity_id: str, values: Table) -> bytes:
    entered = EnteredServiceProvider(
        entity_id, tuple(values["acs"]), values["slo"], values["certificate"].encode()
    )
    return write_entered(entered, allow_http=services.config.trusts.allow_http)
