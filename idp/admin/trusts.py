"""Relying party trusts in administrators' hands: the use cases behind ``tallystick sp``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter.errors import TallystickError
from idp.admin.times import timestamp
from idp.federation.trusts import RelyingPartyTrust, UnknownTrust

if TYPE_CHECKING:
    from idp.services import Services


class MetadataSourceError(TallystickError):
    """Raised when metadata cannot be had from where it should come."""

    code = "metadata_source"


def add_from(services: Services, source: str, *, entity_id: str | None = None) -> RelyingPartyTrust:
    """Add the trust that the metadata at *source*, a file or a URL, describes, or update it."""
    if "://" not in source:
        return services.trusts.add(_read(Path(source)), entity_id=entity_id, source=source)
    # Only here: the HTTP client takes longer to load than all the rest.
    from idp.admin.remote_metadata import fetch

    rules = services.config.trusts
    metadata = fetch(
        source, allow_http=rules.allow_http, allow_private=rules.allow_private_addresses
    )
    try:
        return services.trusts.add(metadata, entity_id=entity_id, source=source)
    except TallystickError as error:
        # The answer may be a page of somebody's inner network: none of it is shown.
        raise MetadataSourceError(
            "The address answers, but not with the metadata of one service provider",
            "Choose one by --entity-id, or save the answer and give the file to be told more",
            code=error.code,
        ) from None


def find_trust(services: Services, entity_id: str) -> RelyingPartyTrust:
    """Return the trust; raises :class:`UnknownTrust`."""
    trust = services.trusts.find(entity_id)
    if trust is None:
        raise UnknownTrust(entity_id)
    return trust


def as_json(trust: RelyingPartyTrust) -> dict[str, Any]:
    """Return all of a trust for scripts."""
    provider = asdict(trust.service_provider)
    del provider["entity_id"], provider["display_name"]
    return {
        "entity_id": trust.entity_id,
        "display_name": trust.display_name,
        "source": trust.source,
        "added_at": timestamp(trust.added_at),
        "changed_at": timestamp(trust.changed_at),
        "settings": trust.settings.model_dump(mode="json"),
        "metadata": provider,
    }


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MetadataSourceError(
            f"{path} cannot be read: {error.strerror}", "Give a file or an https address"
        ) from None
