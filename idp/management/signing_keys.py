"""Token-signing keys: roll, promote, retire (AD FS: ``Update-AdfsCertificate`` and certificates).

Used by ``tallystick keys``, ``/admin/keys`` and ``/admin/api/keys``. Keys are files, so other
processes of the farm see a change without being told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.federation.token_signing.configured import open_signing_keys
from idp.instants import json_instant

if TYPE_CHECKING:
    from datetime import datetime

    from idp.config.schema import Config
    from idp.federation.token_signing.ring import Ring, StoredKey

KINDS = ("rsa", "ecdsa")
ROLES = ("primary", "secondary")


class BadKeyChange(TallystickError):
    """Raised for an unknown change of the keys or an unknown kind of key."""

    code = "bad_key_change"


def ring_of(config: Config) -> Ring:
    """Read the keys' files."""
    return open_signing_keys(config).current()


def roll(config: Config, now: datetime, *, kind: str | None = None, urgent: bool = False) -> Ring:
    """Make the next key and publish it as secondary; if *urgent*, make it the primary at once.

    *kind* is one of :data:`KINDS`; None means the primary's. Raises :class:`TallystickError` if
    there is a secondary already; so do the functions below if the key they need does not exist.
    """
    if kind is not None and kind not in KINDS:
        raise BadKeyChange(f"{kind[:40]!r} is not a kind of key", f"Choose {' or '.join(KINDS)}")
    return open_signing_keys(config).roll(now, kind=kind, urgent=urgent)  # type: ignore[arg-type]


def promote(config: Config, thumbprint: str | None) -> Ring:
    """Make the secondary the primary, which signs; the former primary becomes the secondary."""
    return open_signing_keys(config).promote(thumbprint)


def retire(config: Config, thumbprint: str | None) -> Ring:
    """Take the secondary out of the metadata."""
    return open_signing_keys(config).retire(thumbprint)


def as_json(ring: Ring) -> list[dict[str, str]]:
    """Return the keys as the REST API and ``--json`` show them, the primary first."""
    return [
        {
            "role": role,
            "kind": key.facts.kind,
            "short": short(key),
            "thumbprint": key.facts.thumbprint,
            "serial": key.facts.serial,
            "common_name": key.facts.common_name,
            "valid_from": json_instant(key.facts.not_before),
            "valid_until": json_instant(key.facts.not_after),
            "file": str(key.key_path),
        }
        for role, key in zip(ROLES, ring.keys, strict=False)
    ]


def short(key: StoredKey) -> str:
    """Return the first 16 digits of the thumbprint, enough to tell keys apart."""
    return key.facts.thumbprint[:16]
