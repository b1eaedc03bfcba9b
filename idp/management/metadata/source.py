"""Where a service provider's metadata comes from: a file, an address, or what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.errors import TallystickError

if TYPE_CHECKING:
    from idp.services import Services


class MetadataSourceError(TallystickError):
    """Raised when metadata cannot be had from where it should come."""

    code = "metadata_source"


@dataclass(frozen=True, slots=True)
class Source:
    """Where metadata comes from, and which of it is wanted.

    ``place`` is a file or a URL, or a name for ``content`` that was sent. ``signed_by`` is the
    certificate (base64) whose key must have signed it.
    """

    place: str
    entity_id: str | None = None
    signed_by: str | None = None
    content: bytes | None = None

    @property
    def is_remote(self) -> bool:
        """Whether it has to be fetched."""
        return self.content is None and is_url(self.place)


def is_url(source: str) -> bool:
    """Say whether a source is an address rather than a file."""
    return "://" in source


def content_of(services: Services, source: Source) -> bytes:
    """Return the metadata at *source*."""
    if source.content is not None:
        return source.content
    return fetched(services, source.place) if source.is_remote else _read(Path(source.place))


def fetched(services: Services, url: str) -> bytes:
    """Return what *url* answers, within the rules of the configuration."""
    # Only here: the HTTP client takes longer to load than all the rest.
    from idp.management.metadata.remote import fetch

    rules = services.config.trusts
    return fetch(url, allow_http=rules.allow_http, allow_private=rules.allow_private_addresses)


@contextmanager
def nothing_told_of(source: Source) -> Iterator[None]:
    """Show nothing of a remote answer: it may be a page of somebody's inner network."""
    try:
        yield
    except TallystickError as error:
        if not source.is_remote:
            raise
        raise MetadataSourceError(
            "The address answers, but not with the metadata of one service provider",
            "Choose one by --entity-id, or save the answer and give the file to be told more",
            code=error.code,
        ) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MetadataSourceError(
            f"{path} cannot be read: {error.strerror}", "Give a file or an https address"
        ) from None
