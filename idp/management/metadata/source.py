"""Where a service provider's metadata comes from: a file, a URL, or the body of a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.federation.relying_party.setting_types import BadTrustSetting

if TYPE_CHECKING:
    from idp.federation.metadata.entered import EnteredServiceProvider
    from idp.services import Services


ENTERED = "entered values"
"""The place of metadata that this server wrote itself."""


class MetadataSourceError(TallystickError):
    """Raised when a source has no usable metadata."""

    code = "metadata_source"


@dataclass(frozen=True, slots=True)
class Source:
    """Where metadata comes from, and which part of it is wanted.

    ``place`` is a path or a URL; if ``content`` is given, it only names where that came from.
    ``entity_id`` chooses one of several entities. ``signed_by`` is the certificate (base64) whose
    key must have signed the metadata.
    """

    place: str
    entity_id: str | None = None
    signed_by: str | None = None
    content: bytes | None = None

    @property
    def is_remote(self) -> bool:
        """Whether the metadata has to be fetched over the network."""
        return self.content is None and is_url(self.place)


def entered_source(services: Services, entered: EnteredServiceProvider) -> Source:
    """Return the source for a service provider without metadata, which is written here.

    Raises :class:`~idp.federation.metadata.entered.BadServiceProvider`.
    """
    # Imported here, since it loads an XML parser.
    from idp.federation.metadata.entered import write_entered

    content = write_entered(entered, allow_http=services.config.trusts.allow_http)
    return Source(ENTERED, content=content)


def is_url(source: str) -> bool:
    """Return whether *source* is a URL and not a path."""
    return "://" in source


def content_of(services: Services, source: Source) -> bytes:
    """Return the metadata at *source*. Raises :class:`TallystickError` if it cannot be read."""
    if source.content is not None:
        return source.content
    return fetch_url(services, source.place) if source.is_remote else _read(Path(source.place))


def fetch_url(services: Services, url: str) -> bytes:
    """Return the response of *url*, by the rules of ``[trusts]`` (http, private addresses)."""
    # Imported here because the HTTP client is slow to load.
    from idp.management.metadata.remote import fetch

    rules = services.config.trusts
    return fetch(url, allow_http=rules.allow_http, allow_private=rules.allow_private_addresses)


@contextmanager
def without_details(source: Source) -> Iterator[None]:
    """Replace an error about fetched metadata by one that quotes nothing of the response.

    The response may be a page of an internal network that the caller must not see. An error about
    a setting quotes only what the caller gave.
    """
    try:
        yield
    except BadTrustSetting:
        raise
    except TallystickError as error:
        if not source.is_remote:
            raise
        raise MetadataSourceError(
            "The address answers, but not with the metadata of one service provider",
            "Choose an entity with --entity-id, or set trusts.allow_http if its addresses are "
            "http; a saved file is explained in more detail",
            code=error.code,
        ) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MetadataSourceError(
            f"{path} cannot be read: {error.strerror}", "Give a file or an https address"
        ) from None
