"""The registry of relying party trusts: makes them from metadata, changes and removes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapter.clock import Clock
from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.federation.relying_party.metadata_reader import MetadataReader
from idp.federation.relying_party.offered import OfferedTrusts, TrustPage, find_page
from idp.federation.relying_party.setting_changes import change_from_text, change_values
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import (
    RelyingPartyTrust,
    StoredTrust,
    UnreadableTrust,
    name_for_people,
    readable,
)
from idp.federation.relying_party.trust_store import TrustStore
from idp.federation.relying_party.weak_settings import WeakSetting
from idp.logs import get_logger
from idp.saml.bad_metadata import BadMetadata
from idp.saml.validity import Validity

if TYPE_CHECKING:
    from idp.saml.metadata import ServiceProviderMetadata


SettingsChange = Callable[[TrustSettings], TrustSettings]
"""Returns changed settings; raises BadTrustSetting."""


class UnknownTrust(TallystickError):
    """Raised if no trust has an entity id."""

    code = "unknown_trust"

    def __init__(self, entity_id: str) -> None:
        super().__init__(
            sentence("There is no relying party trust {entity_id}", entity_id=repr(entity_id)),
            sentence("See tallystick sp list"),
        )


class IdentifierTaken(TallystickError):
    """Raised if another trust has an entity id, as its own or as a further one."""

    code = "identifier_taken"

    def __init__(self, identifier: str) -> None:
        super().__init__(
            sentence("Another trust has the entity id {identifier}", identifier=repr(identifier)),
            sentence("Remove it from the identifiers of that trust, or remove the trust"),
        )


class TrustRegistry:
    """The relying party trusts of one store."""

    def __init__(
        self,
        store: TrustStore,
        clock: Clock,
        allow_http: bool = False,
        check: Callable[[TrustSettings], None] = lambda _settings: None,
    ) -> None:
        """*check* raises an error if settings name something that does not exist."""
        self._store = store
        self._clock = clock
        self._reader = MetadataReader(allow_http=allow_http)
        self._check = check

    def add(
        self,
        metadata: bytes,
        *,
        settings: TrustSettings | SettingsChange | None = None,
        entity_id: str | None = None,
        source: str = "",
        source_digest: str = "",
        signed_by: str | None = None,
    ) -> RelyingPartyTrust:
        """Make a trust from SAML metadata, or update the trust with the same entity id.

        An update keeps the settings unless *settings* replace or change them, and of a stored trust
        that cannot be read what can. *entity_id* chooses one of several service providers.
        *signed_by* is a certificate (base64): its key must have signed this metadata and all later
        ones; without it, an update keeps that of the trust. Raises :class:`BadMetadata`.
        """
        described = self.read(metadata, entity_id, signed_by=signed_by, settings=settings)
        provider, now = described.service_provider, self._clock.now()

        def make(before: StoredTrust | None) -> RelyingPartyTrust:
            wanted = _settings_after(before, settings)
            if settings is not None:
                self._check(wanted)
            _log_repair(before, wanted)
            return RelyingPartyTrust(
                entity_id=provider.entity_id,
                display_name=name_for_people(provider.display_name, provider.entity_id),
                service_provider=provider,
                settings=wanted,
                source=source,
                added_at=before.added_at if before else now,
                changed_at=now,
                source_digest=source_digest,
                validity=described.validity,
                signed_by=signed_by or (before.signed_by if before else None),
            )

        made = self._store.change_trust(provider.entity_id, make, described.document)
        return _must_exist(provider.entity_id, made)

    def update(
        self, before: RelyingPartyTrust, described: ServiceProviderMetadata
    ) -> RelyingPartyTrust | None:
        """Update a trust from newer metadata and keep its settings.

        Returns None, and changes nothing, if the trust was removed or its metadata was changed
        since *before* was read.
        """
        provider, now = described.service_provider, self._clock.now()

        def make(stored: StoredTrust | None) -> RelyingPartyTrust | None:
            if not isinstance(stored, RelyingPartyTrust):
                return None
            if stored.service_provider != before.service_provider:
                return None
            return replace(
                stored,
                display_name=name_for_people(provider.display_name, provider.entity_id),
                service_provider=provider,
                validity=described.validity,
                changed_at=now,
            )

        return self._store.change_trust(before.entity_id, make, described.document)

    def find(self, entity_id: str) -> RelyingPartyTrust | None:
        """Return the trust with exactly this entity id; raises :class:`UnreadableTrust`."""
        return _must_be_readable(self._store.trust(entity_id))

    def existing(self, entity_id: str) -> RelyingPartyTrust:
        """Return the trust; raises :class:`UnknownTrust` and :class:`UnreadableTrust`."""
        return _must_exist(entity_id, self.find(entity_id))

    def list(self) -> tuple[RelyingPartyTrust, ...]:
        """Return the trusts that can be read, in the order they were added."""
        return tuple(readable(self._store.trusts()))

    def list_all(self) -> tuple[StoredTrust, ...]:
        """Return all trusts, also those that cannot be read, in the order they were added."""
        return tuple(self._store.trusts())

    def offered(self, after: int, limit: int) -> OfferedTrusts:
        """Return a page of the trusts that users may choose from; *after* is 0 for the first."""
        return self._store.offered(after, limit)

    def page(self, after: int, limit: int, text: str = "") -> TrustPage:
        """Return a page of the trusts whose entity ID or name contains *text*, in any case.

        *after* is 0 for the first page.
        """
        return find_page(self._store.page, after, limit, text)

    def weakened_by(self, weak: WeakSetting) -> tuple[str, ...]:
        """Return the entity ids of the trusts that have a weak setting."""
        return tuple(self._store.set_to(weak.name, weak.value))

    def settings_after(
        self, entity_id: str, given: TrustSettings | SettingsChange | None
    ) -> TrustSettings:
        """Return the settings of a trust, new or not, after an import that gives *given*."""
        return _settings_after(self._store.trust(entity_id), given)

    def metadata(self, entity_id: str) -> bytes:
        """Return the metadata that a trust was last made from; raises :class:`UnknownTrust`."""
        stored = self._store.metadata(entity_id)
        if stored is None:
            raise UnknownTrust(entity_id)
        return stored

    def change_from_text(self, entity_id: str, changes: Mapping[str, str]) -> RelyingPartyTrust:
        """Change settings given as text, ``{"token_lifetime": "30"}``, all or none.

        Raises :class:`UnknownTrust`, :class:`UnreadableTrust` and
        :class:`~idp.federation.relying_party.setting_types.BadTrustSetting`.
        """
        return self._change_settings(entity_id, lambda before: change_from_text(before, changes))

    def change(self, entity_id: str, values: Mapping[str, Any]) -> RelyingPartyTrust:
        """Change settings given as JSON values, ``{"token_lifetime": 30}``, all or none.

        Raises as :meth:`change_from_text` does.
        """
        return self._change_settings(entity_id, lambda before: change_values(before, values))

    def _change_settings(
        self, entity_id: str, change: Callable[[TrustSettings], TrustSettings]
    ) -> RelyingPartyTrust:
        now = self._clock.now()

        def make(stored: StoredTrust | None) -> RelyingPartyTrust | None:
            trust = _must_be_readable(stored)
            if trust is None:
                return None
            settings = change(trust.settings)
            if settings.access != trust.settings.access:
                self._check(settings)
            return replace(trust, settings=settings, changed_at=now)

        return _must_exist(entity_id, self._store.change_trust(entity_id, make))

    def remove(self, entity_id: str) -> None:
        """Remove a trust; raises :class:`UnknownTrust`."""
        if not self._store.remove_trust(entity_id):
            raise UnknownTrust(entity_id)

    def read(
        self,
        metadata: bytes,
        entity_id: str | None = None,
        *,
        signed_by: str | None = None,
        settings: TrustSettings | SettingsChange | None = None,
    ) -> ServiceProviderMetadata:
        """Return what :meth:`add` would read from the metadata, and store nothing."""
        described = self._read(metadata, entity_id, signed_by, settings)
        stored = self._store.trust(described.service_provider.entity_id)
        if signed_by is None and stored is not None and stored.signed_by is not None:
            return self._read(metadata, stored.entity_id, stored.signed_by, settings)
        return described

    def reading_once(self) -> AbstractContextManager[None]:
        """Let this thread read each document of metadata once, where it is asked for often."""
        return self._reader.once()

    def read_held(
        self, entity_id: str, document: bytes, validity: Validity
    ) -> ServiceProviderMetadata:
        """Return what a pending *document* describes; its signature was checked before."""
        described = self._read(document, entity_id, None)
        return replace(described, validity=self._must_be_valid(validity))

    def _read(
        self,
        metadata: bytes,
        entity_id: str | None,
        signed_by: str | None,
        settings: TrustSettings | SettingsChange | None = None,
    ) -> ServiceProviderMetadata:
        def min_rsa_bits_of(found: str) -> int:
            return self.settings_after(found, settings).min_rsa_bits

        described = self._reader.read(metadata, entity_id, signed_by, min_rsa_bits_of)
        self._must_be_valid(described.validity)
        return described

    def _must_be_valid(self, validity: Validity) -> Validity:
        until = validity.valid_until
        if until is not None and until <= self._clock.now():
            raise BadMetadata(
                sentence("it was valid until {until} UTC", until=f"{until:%Y-%m-%d %H:%M}")
            )
        return validity


def _must_be_readable(trust: StoredTrust | None) -> RelyingPartyTrust | None:
    if isinstance(trust, UnreadableTrust):
        raise trust
    return trust


def _settings_after(
    before: StoredTrust | None, given: TrustSettings | SettingsChange | None
) -> TrustSettings:
    """Return the settings that are *given*; else those of the trust or the defaults, changed."""
    if isinstance(given, TrustSettings):
        return given
    kept = (before.settings if before else None) or TrustSettings()
    return kept if given is None else given(kept)


def _log_repair(before: StoredTrust | None, settings: TrustSettings) -> None:
    """Log that an unreadable trust is replaced, and whether its settings were saved."""
    if isinstance(before, UnreadableTrust):
        is_lost = before.settings is None and settings == TrustSettings()
        fate = "lost: they are the defaults now" if is_lost else "kept"
        get_logger().warning("trust_repaired", trust=before.entity_id, settings=fate)


def _must_exist(entity_id: str, trust: RelyingPartyTrust | None) -> RelyingPartyTrust:
    if trust is None:
        raise UnknownTrust(entity_id)
    return trust
