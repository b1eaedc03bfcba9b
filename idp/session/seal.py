"""Sealed values: what we hand out and take back, unread and unchanged.

AES-256-GCM over compact JSON. Each purpose has its own key (HKDF-SHA256 of one secret), so that a
value sealed for one is refused by all others; purpose and binding are associated data, the expiry
is inside, and the key's id stands in front so that the secret can be changed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapter.errors import TallystickError

SECRET_BYTES = 32
MAX_SEALED_LENGTH = 512 * 1024
"""Characters: enough for the longest RelayState and request, far less than a body may have."""
_NONCE_BYTES = 12
_EXPIRY = "_exp"


class SealBroken(TallystickError):
    """Raised for a value that we did not seal, or not for this, or that is out of date."""

    code = "seal_broken"

    def __init__(self) -> None:
        super().__init__("The sealed value is not valid here, or not any more", "Start again")


class Seal:
    """The seal of one purpose."""

    def __init__(self, key: bytes, key_id: str, purpose: str, now: Callable[[], datetime]) -> None:
        self._aead = AESGCM(key)
        self._key_id = key_id
        self._purpose = purpose
        self._now = now

    def seal(
        self,
        payload: dict[str, Any],
        *,
        bound_to: str = "",
        lifetime: timedelta | None = None,
    ) -> str:
        """Return *payload* (JSON values) as URL-safe text that only the same binding opens."""
        if lifetime is not None:
            payload = {**payload, _EXPIRY: (self._now() + lifetime).timestamp()}
        nonce = secrets.token_bytes(_NONCE_BYTES)
        plain = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
        sealed = nonce + self._aead.encrypt(nonce, plain, self._associated(bound_to))
        return f"{self._key_id}.{base64.urlsafe_b64encode(sealed).rstrip(b'=').decode()}"

    def open(self, token: str, *, bound_to: str = "") -> dict[str, Any]:
        """Return what was sealed; raises :class:`SealBroken` for everything else."""
        if len(token) > MAX_SEALED_LENGTH:
            raise SealBroken
        key_id, _, text = token.partition(".")
        if key_id != self._key_id:
            raise SealBroken
        sealed = _decoded(text)
        try:
            plain = self._aead.decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._associated(bound_to)
            )
        except (InvalidTag, ValueError):
            raise SealBroken from None
        payload: dict[str, Any] = json.loads(plain)
        expiry = payload.pop(_EXPIRY, None)
        if expiry is not None and self._now().timestamp() >= expiry:
            raise SealBroken
        return payload

    def _associated(self, bound_to: str) -> bytes:
        return f"{self._purpose}\0{bound_to}".encode("utf-8", "surrogatepass")


class Sealer:
    """Makes the seal of each purpose from the farm's secret (32 random bytes or more)."""

    def __init__(self, secret: bytes, now: Callable[[], datetime] = lambda: datetime.now(UTC)):
        if len(secret) < SECRET_BYTES:
            raise TallystickError(
                f"The secret has {len(secret)} bytes",
                f"It needs {SECRET_BYTES}",
                code="weak_secret",
            )
        self._secret = secret
        self._now = now
        self._key_id = hashlib.sha256(b"key id\0" + secret).hexdigest()[:8]

    def purpose(self, name: str) -> Seal:
        """Return the seal for *name*; each name is a realm of its own."""
        return Seal(self.key(f"seal:{name}"), self._key_id, name, self._now)

    def key(self, name: str) -> bytes:
        """Return 32 bytes derived for *name*, for keyed digests and the like."""
        derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=name.encode())
        return derive.derive(self._secret)


def _decoded(text: str) -> bytes:
    """Decode canonical base64url only, so that a sealed value has exactly one spelling."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise SealBroken from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise SealBroken
    return raw
