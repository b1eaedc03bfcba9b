"""Reads the metadata of trusts, where wanted each document only once."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idp.saml.metadata import ServiceProviderMetadata

    _Known = dict[tuple[bytes, str, str | None, int], ServiceProviderMetadata]


class _Local(threading.local):
    known: _Known | None = None


class MetadataReader:
    """Reads metadata by the rule of a server for addresses without TLS."""

    def __init__(self, *, allow_http: bool) -> None:
        self._allow_http = allow_http
        self._local = _Local()

    @contextmanager
    def once(self) -> Iterator[None]:
        """Let this thread, within, read each document once.

        What it says follows from its content, its certificate and the keys that are allowed.
        """
        self._local.known = {}
        try:
            yield
        finally:
            self._local.known = None

    def read(
        self,
        metadata: bytes,
        entity_id: str | None,
        signed_by: str | None,
        min_rsa_bits_of: Callable[[str], int],
    ) -> ServiceProviderMetadata:
        """Return what :func:`idp.saml.metadata.read_metadata` does."""
        # Imported here, so that finding a trust does not load an XML parser.
        from idp.saml.metadata import read_metadata

        read = partial(
            read_metadata, metadata, entity_id, allow_http=self._allow_http, signed_by=signed_by
        )
        known = self._local.known
        if known is None or entity_id is None:
            return read(min_rsa_bits_of=min_rsa_bits_of)
        bits = min_rsa_bits_of(entity_id)
        key = (hashlib.sha256(metadata).digest(), entity_id, signed_by, bits)
        if key not in known:
            known[key] = read(min_rsa_bits_of=lambda _entity_id: bits)
        return known[key]
