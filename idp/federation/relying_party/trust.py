"""A relying party trust: a service provider that users may sign in to, and how it is served."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.federation.relying_party.settings import TrustSettings
from idp.saml.certificates import is_valid
from idp.saml.encryption_keys import is_rsa
from idp.saml.usable_keys import MIN_RSA_BITS
from idp.saml.validity import UNLIMITED, Validity
from idp.saml.values import Encryption, ServiceProvider

if TYPE_CHECKING:
    from idp.saml.signing import SigningKey


_INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp")
_JOINERS = "\u200c\u200d"


class NoEncryptionKey(TallystickError):
    """Raised if a trust requires encryption and its metadata has no key for it."""

    code = "no_encryption_key"


class UnreadableTrust(TallystickError):
    """A trust whose stored row cannot be read: it is damaged, or a newer version wrote it.

    It is raised where the trust is needed, and takes the trust's place in lists. ``settings`` and
    ``signed_by`` are those of the trust, None if they cannot be read either.
    """

    code = "unreadable_trust"

    def __init__(
        self,
        entity_id: str,
        fault: str,
        *,
        added_at: datetime,
        settings: TrustSettings | None = None,
        signed_by: str | None = None,
    ) -> None:
        super().__init__(
            sentence(
                "The relying party trust {entity_id} cannot be read from the database: {fault}",
                entity_id=repr(entity_id),
                fault=fault,
            ),
            sentence(
                "Upgrade this node if another one runs a newer version; else add the "
                "trust's metadata again (tallystick sp add), or remove it (tallystick "
                "sp remove)"
            ),
        )
        self.entity_id = entity_id
        self.added_at = added_at
        self.settings = settings
        self.signed_by = signed_by


@dataclass(frozen=True, slots=True)
class RelyingPartyTrust:
    """A trust: what the service provider's metadata says, and how the trust is served.

    ``source`` is the file or URL of the metadata; ``source_digest`` is the digest of a file of the
    metadata folder, to detect changes. ``signed_by`` is the certificate (base64) whose key must
    sign all metadata of this trust, None if no signature is required.
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
        """Say whether the metadata has passed its validUntil (saml-metadata §2.3.1)."""
        until = self.validity.valid_until
        return self.settings.honour_valid_until and until is not None and until <= now

    @property
    def signs_assertion(self) -> bool:
        """Whether the assertion is signed: always if the metadata wants that."""
        signature = self.settings.saml_response_signature
        return signature != "MessageOnly" or self.service_provider.want_assertions_signed

    @property
    def signs_response(self) -> bool:
        """Whether the response around it is signed."""
        return self.settings.saml_response_signature != "AssertionOnly"

    def encryption_at(self, now: datetime) -> Encryption | None:
        """Return what is encrypted, and for which certificate; None if nothing is.

        Raises :class:`NoEncryptionKey` if the settings require encryption and there is no key.
        """
        settings, provider = self.settings, self.service_provider
        certificate = settings.encryption_certificate or _first_valid(
            _best(provider.encryption_certificates, settings.min_rsa_bits), now
        )
        if certificate is None and settings.encrypted_name_id_required:
            raise NoEncryptionKey(
                sentence(
                    "The NameID must be encrypted, but {entity_id} has no key for encryption",
                    entity_id=repr(self.entity_id),
                ),
                sentence("Add its metadata with one, or set encrypted_name_id_required=false"),
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
            min_rsa_bits=settings.min_rsa_bits,
        )

    def signs_with(self, key: SigningKey) -> SigningKey:
        """Return *key* with the signature algorithm of this trust."""
        return key.with_algorithm(self.settings.signature_algorithm)

    @property
    def requires_signed_requests(self) -> bool:
        """Whether the setting or the metadata requires signed requests."""
        return (
            self.settings.signed_saml_requests_required
            or self.service_provider.authn_requests_signed
        )


def name_for_people(display_name: str, entity_id: str) -> str:
    """Return the name that pages, phones and lists show: the display name, else the entity ID.

    Controls of the writing direction and other invisible characters are taken out, so that a name
    cannot change how the text around it reads. ZERO WIDTH NON-JOINER and JOINER stay, since words
    of some languages need them.
    """
    return _visible(display_name) or _visible(entity_id) or "?"


def _visible(name: str) -> str:
    return " ".join("".join(_visible_character(char) for char in name).split())


def _visible_character(char: str) -> str:
    if char in _JOINERS or unicodedata.category(char) not in _INVISIBLE:
        return char
    return " " if char.isspace() else ""


StoredTrust = RelyingPartyTrust | UnreadableTrust
"""A trust as it is stored, readable or not."""


def readable(trusts: Iterable[StoredTrust]) -> Iterator[RelyingPartyTrust]:
    """Yield the trusts that can be read."""
    return (trust for trust in trusts if isinstance(trust, RelyingPartyTrust))


def _best(certificates: tuple[str, ...], min_rsa_bits: int) -> tuple[str, ...]:
    """Return those with long keys, else those with keys that the trust allows, else all."""
    if len(certificates) < 2:
        return certificates
    for bits in (MIN_RSA_BITS, min_rsa_bits):
        found = tuple(each for each in certificates if is_rsa(each, bits))
        if found:
            return found
    return certificates


def _first_valid(certificates: tuple[str, ...], now: datetime) -> str | None:
    """Return the first valid certificate, else the first one: an expired key still encrypts."""
    if len(certificates) < 2:
        return certificates[0] if certificates else None
    valid = (each for each in certificates if is_valid(each, now))
    return next(valid, certificates[0])
