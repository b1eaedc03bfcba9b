"""Token-signing keys in administrators' hands: the use cases behind ``tallystick keys``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.federation.token_signing.configured import signing_keys_of
from idp.instants import json_instant

if TYPE_CHECKING:
    from datetime import datetime

    from idp.config.schema import Config
    from idp.federation.token_signing.ring import Ring, StoredKey

KINDS = ("rsa", "ecdsa")
ROLES = ("primary", "secondary")


class BadKeyChange(TallystickError):
    """Raised for a change of keys that there is not."""

    code = "bad_key_change"


def ring_of(config: Config) -> Ring:
    """Return the keys as their files are now."""
    return signing_keys_of(config).current()


def roll(config: Config, now: datetime, *, kind: str | None = None, urgent: bool = False) -> Ring:
    """Make the next key and publish it; where *urgent*, it signs at once.

    ``kind`` is one of :data:`KINDS`, None for that of the primary. This and the others raise
    :class:`TallystickError` for what cannot be done.
    """
    if kind is not None and kind not in KINDS:
        raise BadKeyChange(f"There is no kind of key {kind[:40]!r}", f"Choose {' or '.join(KINDS)}")
    return signing_keys_of(config).roll(now, kind=kind, urgent=urgent)  # type: ignore[arg-type]


def promote(config: Config, thumbprint: str | None) -> Ring:
    """Let the secondary sign."""
    return signing_keys_of(config).promote(thumbprint)


def retire(config: Config, thumbprint: str | None) -> Ring:
    """Publish the secondary no longer."""
    return signing_keys_of(config).retire(thumbprint)


def as_json(ring: Ring) -> list[dict[str, str]]:
    """Return the keys for scripts, the primary first."""
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
    """Return enough of the thumbprint to tell keys apart."""
    return key.facts.thumbprint[:16]
