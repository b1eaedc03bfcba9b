"""Relying party trusts: the service providers that users may sign in to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter.errors import TallystickError
from idp.federation.ports import Clock, TrustStore
from idp.federation.settings import TrustSettings, changed, replaced
from idp.saml import uris
from idp.saml.bad_metadata import BadMetadata
from idp.saml.certificates import is_valid
from idp.saml.validity import UNLIMITED, Validity
from idp.saml.values import Encryption, ServiceProvider

if TYPE_CHECKING:
    from idp.federation.refreshing import Held
    from idp.saml.metadata import Described
    from idp.saml.signing import SigningKey


SHA1_WARNING = "messages are signed with SHA-1, which can be forged (signature_algorithm)"


class UnknownTrust(TallystickError):
    """Raised when there is no trust of an entity id."""

    code = "unknown_trust"

    def __init__(self, entity_id: str) -> None:
        super().__init__(f"There is no relying party trust {entity_id!r}", "See tallystick sp list")


class IdentifierTaken(TallystickError):
    """Raised for an entity id that another trust goes by."""

    code = "identifier_taken"

    def __init__(self, identifier: str) -> None:
        super().__init__(
            f"Another trust goes by {identifier!r}", "Take it away there: see identifiers"
        )


class NoEncryptionKey(TallystickError):
    """Raised where a trust demands encryption that its metadata has no key for."""

    code = "no_encryption_key"


@dataclass(frozen=True, slots=True)
class RelyingPartyTrust:
    """One trust: what the service provider's metadata says, and how it is served.

    ``source`` is the file or address the metadata came from; ``source_digest`` tells whether a
    file of the metadata folder has changed since. ``signed_by`` is the certificate (base64) whose
    key must have signed any metadata that is taken for it, None where none must.
    """

    entity_id: str
    display_name: str
    service_provider: ServiceProvider
    settings: TrustSettings
    source: str
    added_at: datetime
    changed_at: datetime
    source_digest: str = ""
    validity: Validity = UNLIMITED
    signed_by: str | None = None

    def has_expired(self, now: datetime) -> bool:
        """Say whether its metadata may no longer be used (saml-metadata §2.3.1)."""
        until = self.validity.valid_until
        return self.settings.honour_valid_until and until is not None and until <= now

    @property
    def signs_assertion(self) -> bool:
        """Whether the assertion is signed: always where the metadata wants it."""
        signature = self.settings.saml_response_signature
        return signature != "MessageOnly" or self.service_provider.want_assertions_signed

    @property
    def signs_response(self) -> bool:
        """Whether the response around it is signed."""
        return self.settings.saml_response_signature != "AssertionOnly"

    def encryption_at(self, now: datetime) -> Encryption | None:
        """Return what is encrypted and for whom, None for nothing.

        Raises :class:`NoEncryptionKey` where it has to be, and there is no key.
        """
        settings, provider = self.settings, self.service_provider
        certificate = settings.encryption_certificate or _best(
            provider.encryption_certificates, now
        )
        if certificate is None and settings.encrypted_name_id_required:
            raise NoEncryptionKey(
                f"The NameID must be encrypted, but {self.entity_id!r} has no key for encryption",
                "Add its metadata with one, or set encrypted_name_id_required=false",
            )
        wanted = settings.encrypt_claims or settings.encrypted_name_id_required
        if certificate is None or not wanted:
            return None
        return Encryption(
            certificate,
            assertion=settings.encrypt_claims,
            name_id=settings.encrypted_name_id_required,
            sha256_transport=certificate in provider.sha256_transport,
            oaep11_transport=certificate in provider.oaep11_transport,
            aes128=certificate in provider.aes128_content,
            cbc=settings.encryption_algorithm == "aes256-cbc",
        )

    def signs_with(self, key: SigningKey) -> SigningKey:
        """Return our key as it signs for this trust."""
        return key.with_algorithm(self.settings.signature_algorithm)

    @property
    def requires_signed_requests(self) -> bool:
        """Whether requests must be signed, by the setting or by the metadata."""
        return (
            self.settings.signed_saml_requests_required
            or self.service_provider.authn_requests_signed
        )


class Trusts:
    """The relying party trusts of one store."""

    def __init__(
        self,
        store: TrustStore,
        clock: Clock,
        allow_http: bool = False,
        check: Callable[[TrustSettings], None] = lambda _settings: None,
    ) -> None:
        """``check`` raises what is wrong with settings that name things outside the trust."""
        self._store = store
        self._clock = clock
        self._allow_http = allow_http
        self._check = check

    def add(
        self,
        metadata: bytes,
        *,
        settings: TrustSettings | None = None,
        entity_id: str | None = None,
        source: str = "",
        source_digest: str = "",
        signed_by: str | None = None,
    ) -> RelyingPartyTrust:
        """Make a trust from SAML metadata, or update the one of the same entity id.

        An update keeps the settings unless others are given. *entity_id* chooses one of several
        in the metadata. *signed_by* is the certificate (base64) whose key must have signed all of
        it, from now on; without one, it is the certificate of the trust that there is. Raises
        :class:`~idp.saml.metadata.BadMetadata`.
        """
        described = self.read(metadata, entity_id, signed_by=signed_by)
        provider, now = described.service_provider, self._clock.now()
        if settings is not None:
            self._check(settings)

        def make(known: RelyingPartyTrust | None) -> RelyingPartyTrust:
            return RelyingPartyTrust(
                entity_id=provider.entity_id,
                display_name=provider.display_name or provider.entity_id,
                service_provider=provider,
                settings=settings or (known.settings if known else TrustSettings()),
                source=source,
                added_at=known.added_at if known else now,
                changed_at=now,
                source_digest=source_digest,
                validity=described.validity,
                signed_by=signed_by or (known.signed_by if known else None),
            )

        made = self._store.change_trust(provider.entity_id, make, described.document)
        return _existing(provider.entity_id, made)

    def update(self, before: RelyingPartyTrust, described: Described) -> RelyingPartyTrust | None:
        """Let a trust be what newer metadata describes, and stay what administrators made of it.

        None, and nothing is changed, where its metadata is not what it was *before* any more.
        """
        provider, now = described.service_provider, self._clock.now()

        def make(known: RelyingPartyTrust | None) -> RelyingPartyTrust | None:
            if known is None or known.service_provider != before.service_provider:
                return None
            return replace(
                known,
                display_name=provider.display_name or provider.entity_id,
                service_provider=provider,
                validity=described.validity,
                changed_at=now,
            )

        return self._store.change_trust(before.entity_id, make, described.document)

    def find(self, entity_id: str) -> RelyingPartyTrust | None:
        """Return the trust of exactly this entity id."""
        return self._store.trust(entity_id)

    def existing(self, entity_id: str) -> RelyingPartyTrust:
        """Return the trust; raises :class:`UnknownTrust`."""
        return _existing(entity_id, self.find(entity_id))

    def list(self) -> tuple[RelyingPartyTrust, ...]:
        """Return all trusts in the order they were added."""
        return tuple(self._store.trusts())

    def signing_with_sha1(self) -> tuple[str, ...]:
        """Return the entity ids of the trusts that are set to SHA-1."""
        return tuple(self._store.signing_with(uris.RSA_SHA1))

    def metadata(self, entity_id: str) -> bytes:
        """Return the metadata a trust was last read from; raises :class:`UnknownTrust`."""
        stored = self._store.metadata(entity_id)
        if stored is None:
            raise UnknownTrust(entity_id)
        return stored

    def set(self, entity_id: str, changes: Mapping[str, str]) -> RelyingPartyTrust:
        """Change settings by text, all or none, as ``{"token_lifetime": "30"}``.

        Raises :class:`UnknownTrust`, :class:`~idp.federation.settings.BadTrustSetting`.
        """
        return self._change_settings(entity_id, lambda settings: changed(settings, changes))

    def put(self, entity_id: str, values: Mapping[str, Any]) -> RelyingPartyTrust:
        """Change settings by JSON values, all or none, as ``{"token_lifetime": 30}``.

        Raises as :meth:`set` does.
        """
        return self._change_settings(entity_id, lambda settings: replaced(settings, values))

    def _change_settings(
        self, entity_id: str, change: Callable[[TrustSettings], TrustSettings]
    ) -> RelyingPartyTrust:
        now = self._clock.now()

        def make(known: RelyingPartyTrust | None) -> RelyingPartyTrust | None:
            if known is None:
                return None
            settings = change(known.settings)
            if settings.access != known.settings.access:
                self._check(settings)
            return replace(known, settings=settings, changed_at=now)

        return _existing(entity_id, self._store.change_trust(entity_id, make))

    def remove(self, entity_id: str) -> None:
        """Remove a trust; raises :class:`UnknownTrust`."""
        if not self._store.remove_trust(entity_id):
            raise UnknownTrust(entity_id)

    def load_folder(self, folder: Path) -> FolderReport:
        """Make a trust of every ``NAME.xml`` in *folder*; see :mod:`idp.federation.folder`."""
        from idp.federation.folder import load_folder

        return load_folder(self, folder)

    def read(
        self, metadata: bytes, entity_id: str | None = None, *, signed_by: str | None = None
    ) -> Described:
        """Return what :meth:`add` would make a trust of, and store nothing."""
        described = self._described(metadata, entity_id, signed_by)
        known = self.find(described.service_provider.entity_id)
        if signed_by is None and known is not None and known.signed_by is not None:
            return self._described(metadata, known.entity_id, known.signed_by)
        return described

    def read_held(self, entity_id: str, held: Held) -> Described:
        """Return what metadata describes that was held back, after its signature was checked."""
        described = self._described(held.document, entity_id, None)
        return replace(described, validity=self._still_valid(held.validity))

    def _described(
        self, metadata: bytes, entity_id: str | None, signed_by: str | None
    ) -> Described:
        # Imported here: who only looks a trust up should not pay for an XML parser.
        from idp.saml.metadata import read_metadata

        described = read_metadata(
            metadata, entity_id, allow_http=self._allow_http, signed_by=signed_by
        )
        self._still_valid(described.validity)
        return described

    def _still_valid(self, validity: Validity) -> Validity:
        until = validity.valid_until
        if until is not None and until <= self._clock.now():
            raise BadMetadata(f"it was valid until {until:%Y-%m-%d %H:%M} UTC")
        return validity


@dataclass(frozen=True, slots=True)
class FolderReport:
    """What became of a folder: entity ids made or updated, and a sentence for each bad file."""

    loaded: tuple[str, ...]
    faults: tuple[str, ...]


def _best(certificates: tuple[str, ...], now: datetime) -> str | None:
    """Return the first that is valid now, else the first: what was meant to be secret stays so."""
    if len(certificates) < 2:
        return certificates[0] if certificates else None
    valid = (each for each in certificates if is_valid(each, now))
    return next(valid, certificates[0])


def _existing(entity_id: str, trust: RelyingPartyTrust | None) -> RelyingPartyTrust:
    if trust is None:
        raise UnknownTrust(entity_id)
    return trust
