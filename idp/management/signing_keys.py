"""Token-signing keys: roll, promote, retire (AD FS: ``Update-AdfsCertificate`` and certificates).

Used by ``tallystick keys``, ``/admin/keys`` and ``/admin/api/keys``. Keys are files, so other
processes of the farm see a change without being told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.federation.token_signing.configured import open_signing_keys
from idp.federation.token_signing.ring import NoSuchKey
from idp.instants import json_instant
from idp.management.connect.server_facts import certificate_of
from idp.saml.certificates import decode_certificate

if TYPE_CHECKING:
    from datetime import datetime

    from idp.audit.changes import Changes
    from idp.config.schema import Config
    from idp.federation.token_signing.ring import Ring, StoredKey

KINDS = ("rsa", "ecdsa")
ROLES = ("primary", "secondary")
MIN_DIGITS = 8
"""How many digits of a thumbprint name a key."""


class BadKeyChange(TallystickError):
    """Raised for an unknown change of the keys or an unknown kind of key."""

    code = "bad_key_change"


def ring_of(config: Config) -> Ring:
    """Read the keys' files."""
    return open_signing_keys(config).current()


def roll(
    config: Config,
    now: datetime,
    changes: Changes | None,
    *,
    kind: str | None = None,
    urgent: bool = False,
) -> Ring:
    """Make the next key and publish it as secondary; if *urgent*, make it the primary at once.

    *kind* is one of :data:`KINDS`; None means the primary's. Raises :class:`TallystickError` if
    there is a secondary already; so do the functions below if the key they need does not exist.
    *changes* records the change; None where no database can be reached.
    """
    if kind is not None and kind not in KINDS:
        raise BadKeyChange(
            sentence("{kind} is not a kind of key", kind=repr(kind[:40])),
            sentence("Choose {first} or {second}", first=KINDS[0], second=KINDS[1]),
        )
    before = ring_of(config)
    ring = open_signing_keys(config).roll(now, kind=kind, urgent=urgent)  # type: ignore[arg-type]
    made = ring.primary if urgent else ring.keys[-1]
    return _recorded("key.roll", made.facts.thumbprint, before, ring, changes)


def promote(config: Config, thumbprint: str | None, changes: Changes | None) -> Ring:
    """Make the secondary the primary, which signs; the former primary becomes the secondary."""
    before = ring_of(config)
    ring = open_signing_keys(config).promote(thumbprint)
    return _recorded("key.promote", ring.primary.facts.thumbprint, before, ring, changes)


def retire(config: Config, thumbprint: str | None, changes: Changes | None) -> Ring:
    """Take the secondary out of the metadata."""
    before = ring_of(config)
    ring = open_signing_keys(config).retire(thumbprint)
    return _recorded("key.retire", before.keys[-1].facts.thumbprint, before, ring, changes)


def _recorded(
    verb: str, thumbprint: str, before: Ring, after: Ring, changes: Changes | None
) -> Ring:
    """Record a change after it was made: the keys are files."""
    if changes is not None:
        changes.record(
            verb,
            thumbprint,
            before=_roles(before),
            after=_roles(after),
            keys=[key.facts.thumbprint for key in after.keys],
        )
    return after


def _roles(ring: Ring) -> dict[str, str]:
    pairs = zip(ROLES, ring.keys, strict=False)
    return {role: key.facts.thumbprint for role, key in pairs}


def as_json(ring: Ring) -> list[dict[str, str]]:
    """Return the keys as the REST API and ``--json`` show them, the primary first."""
    return [
        {
            "role": role,
            "kind": key.facts.kind,
            "short": short(key),
            "thumbprint": key.facts.thumbprint,
            "sha1": sha1_of(key),
            "serial": key.facts.serial,
            "common_name": key.facts.common_name,
            "valid_from": json_instant(key.facts.not_before),
            "valid_until": json_instant(key.facts.not_after),
            "file": str(key.key_path),
        }
        for role, key in zip(ROLES, ring.keys, strict=False)
    ]


def find(ring: Ring, thumbprint: str | None) -> StoredKey:
    """Return the key with a thumbprint, or the primary if it is None.

    *thumbprint* is the SHA-256 or its first digits, at least 8, or the SHA-1, with or without
    colons, or the role. Raises :class:`~idp.federation.token_signing.ring.NoSuchKey`.
    """
    if thumbprint is None:
        return ring.primary
    wanted = thumbprint.replace(":", "").lower()
    for role, key in zip(ROLES, ring.keys, strict=False):
        is_begin = len(wanted) >= MIN_DIGITS and key.facts.thumbprint.startswith(wanted)
        if is_begin or wanted in (role, sha1_of(key).lower()):
            return key
    raise NoSuchKey(
        sentence("No key has the thumbprint {thumbprint}", thumbprint=repr(thumbprint[:80])),
        sentence("See tallystick keys list"),
    )


def pem_of(key: StoredKey) -> str:
    """Return the certificate of a key for a PEM file."""
    return certificate_of(key, is_current=False).pem


def der_of(key: StoredKey) -> bytes:
    """Return the certificate of a key as DER, which Windows calls a ``.cer`` file."""
    return decode_certificate(key.key.certificate)


def sha1_of(key: StoredKey) -> str:
    """Return what AD FS and Windows call the thumbprint: SHA-1 of the DER, without colons."""
    return certificate_of(key, is_current=False).sha1.replace(":", "")


def short(key: StoredKey) -> str:
    """Return the first 16 digits of the thumbprint, enough to tell keys apart."""
    return key.facts.thumbprint[:16]
