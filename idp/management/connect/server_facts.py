"""What an application needs to know of this server, as one value."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from idp.federation.addresses import LS, METADATA
from idp.federation.issuance.default_claims import OFFERED
from idp.instants import json_instant
from idp.saml.certificates import decode_certificate
from idp.saml.metadata import NAME_ID_FORMATS, write_idp_metadata
from idp.saml.values import POST, REDIRECT

if TYPE_CHECKING:
    from datetime import datetime

    from idp.federation.token_signing.ring import StoredKey
    from idp.services import Services


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address of this server for messages by one binding (a URI)."""

    binding: str
    location: str


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """A certificate of the token-signing keys.

    ``base64`` is the DER in base64, ``pem`` the same for files. The fingerprints are hexadecimal
    with colons, of the DER. ``is_current`` is true for the key that signs now; the other one signed
    before or will sign next, and applications should trust both.
    """

    is_current: bool
    base64: str
    pem: str
    sha1: str
    sha256: str
    valid_until: datetime

    @property
    def thumbprint(self) -> str:
        """The SHA-256 as ``tallystick keys list`` has it, to name the certificate."""
        return self.sha256.replace(":", "").lower()


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What an application needs: ``certificates`` has the one that signs now first."""

    entity_id: str
    metadata_url: str
    sign_on: tuple[Endpoint, ...]
    log_out: tuple[Endpoint, ...]
    name_id_formats: tuple[str, ...]
    certificates: tuple[SigningCertificate, ...]

    @property
    def sign_on_url(self) -> str:
        """The address for sign-on, which is the same for all bindings."""
        return self.sign_on[0].location

    @property
    def log_out_url(self) -> str:
        """The address for log-out, which is the same for all bindings."""
        return self.log_out[0].location

    def as_json(self) -> dict[str, Any]:
        """Return it as the REST API and ``--json`` show it."""
        certificates = [
            {**asdict(each), "valid_until": json_instant(each.valid_until)}
            for each in self.certificates
        ]
        return {**asdict(self), "certificates": certificates}


def facts_of(services: Services) -> ServerFacts:
    """Return the facts of this server as they are now."""
    server = services.config.server
    endpoints = tuple(Endpoint(each, f"{server.base_url}{LS}") for each in (REDIRECT, POST))
    keys = services.signing_keys.current().keys
    return ServerFacts(
        entity_id=server.entity_id,
        metadata_url=f"{server.base_url}{METADATA}",
        sign_on=endpoints,
        log_out=endpoints,
        name_id_formats=NAME_ID_FORMATS,
        certificates=tuple(certificate_of(key, is_current=key is keys[0]) for key in keys),
    )


def metadata_of(services: Services) -> bytes:
    """Return the signed SAML metadata of this server."""
    keys = services.signing_keys.current()
    server = services.config.server
    return write_idp_metadata(
        entity_id=server.entity_id,
        ls_url=f"{server.base_url}{LS}",
        certificates=keys.certificates,
        key=keys.primary.key,
        now=services.clock.now(),
        attributes=OFFERED,
    )


def certificate_of(key: StoredKey, *, is_current: bool) -> SigningCertificate:
    """Return the certificate of a key as files and fingerprints."""
    base64, der = key.key.certificate, decode_certificate(key.key.certificate)
    lines = "\n".join(base64[start : start + 64] for start in range(0, len(base64), 64))
    return SigningCertificate(
        is_current=is_current,
        base64=base64,
        pem=f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n",
        sha1=_fingerprint(hashlib.sha1(der, usedforsecurity=False).hexdigest()),
        sha256=_fingerprint(hashlib.sha256(der).hexdigest()),
        valid_until=key.facts.not_after,
    )


def _fingerprint(digits: str) -> str:
    return ":".join(digits[start : start + 2] for start in range(0, len(digits), 2)).upper()
