"""Adding a relying party trust from a file or a URL: the use case behind ``tallystick sp add``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from adapter.errors import TallystickError

if TYPE_CHECKING:
    from idp.federation.trusts import RelyingPartyTrust
    from idp.services import Services


class MetadataSourceError(TallystickError):
    """Raised when metadata cannot be had from where it should come."""

    code = "metadata_source"


def add_from(services: Services, source: str, *, entity_id: str | None = None) -> RelyingPartyTrust:
    """Add the trust that the metadata at *source*, a file or a URL, describes, or update it."""
    if "://" not in source:
        return services.trusts.add(_read(Path(source)), entity_id=entity_id, source=source)
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
            "The address answers, but not with metadata that can be used",
            "Look at it in a browser; save it and give the file to be told more",
            code=error.code,
        ) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MetadataSourceError(
            f"{path} cannot be read: {error.strerror}", "Give a file or an https address"
        ) from None
