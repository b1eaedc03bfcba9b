"""Sealed values: state in cookies and form fields that nobody else can read or change.

A sealed value is compact JSON, encrypted with AES-256-GCM. Each purpose has its own key, derived
from the farm's secret by HKDF-SHA256, so that a value sealed for one purpose is refused by all
others. Purpose and binding are associated data, and the expiry is inside. The key's ID stands in
front, so that a changed secret is noticed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapter.errors import TallystickError

T = TypeVar("T")

SECRET_BYTES = 32
MAX_SEALED_LENGTH = 512 * 1024
"""In characters: enough for the longest RelayState and request, far less than a request's body."""
_NONCE_BYTES = 12
_EXPIRY = "_exp"

Expiry = float | None
"""When a sealed value expires, in seconds since 1970; None for one that does not."""


class SealBroken(TallystickError):
    """Raised for a value that we did not seal, that belongs elsewhere, or that has expired."""

    code = "seal_broken"

    def __init__(self) -> None:
        super().__init__("The sealed value is not valid here, or not any more", "Start again")


def has_passed(expiry: Expiry, now: datetime) -> bool:
    """Say whether a value with this *expiry* is not valid any more."""
    return expiry is not None and now.timestamp() >= expiry


class Seal:
    """Seals and opens the values of one purpose."""

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
        """Return *payload* (JSON values) as URL-safe text.

        Only the same text in *bound_to* opens it, and only within *lifetime*, if there is one.
        """
        if lifetime is not None:
            payload = {**payload, _EXPIRY: (self._now() + lifetime).timestamp()}
        nonce = secrets.token_bytes(_NONCE_BYTES)
        plain = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
        sealed = nonce + self._aead.encrypt(nonce, plain, self._associated(bound_to))
        return f"{self._key_id}.{base64.urlsafe_b64encode(sealed).rstrip(b'=').decode()}"

    def open(self, token: str, *, bound_to: str = "") -> dict[str, Any]:
        """Return the payload of *token*; raises :class:`SealBroken` for all we did not seal."""
        payload, expiry = self._decrypt(token, bound_to)
        if has_passed(expiry, self._now()):
            raise SealBroken
        return payload

    def open_as(self, read: Callable[[dict[str, Any]], T], token: str, *, bound_to: str = "") -> T:
        """Return the value that *read* makes of the payload of *token*.

        Another version of this server may have sealed it. If *read* cannot make sense of it, the
        user has to start again: that is :class:`SealBroken` too.
        """
        value, expiry = self.open_whenever(read, token, bound_to=bound_to)
        if has_passed(expiry, self._now()):
            raise SealBroken
        return value

    def open_whenever(
        self, read: Callable[[dict[str, Any]], T], token: str, *, bound_to: str = ""
    ) -> tuple[T, Expiry]:
        """Return the value likewise, even after its expiry, and that: the caller compares it."""
        payload, expiry = self._decrypt(token, bound_to)
        try:
            return read(payload), expiry
        except (AttributeError, LookupError, TypeError, ValueError, OverflowError):
            raise SealBroken from None

    def _decrypt(self, token: str, bound_to: str) -> tuple[dict[str, Any], Expiry]:
        if len(token) > MAX_SEALED_LENGTH:
            raise SealBroken
        key_id, _, text = token.partition(".")
        if key_id != self._key_id:
            raise SealBroken
        sealed = _decode(text)
        try:
            plain = self._aead.decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._associated(bound_to)
            )
        except (InvalidTag, ValueError):
            raise SealBroken from None
        payload: dict[str, Any] = json.loads(plain.decode())
        return payload, payload.pop(_EXPIRY, None)

    def _associated(self, bound_to: str) -> bytes:
        return f"{self._purpose}\0{bound_to}".encode("utf-8", "surrogatepass")


class Sealer:
    """Makes the seals of all purposes from the farm's secret (at least 32 random bytes)."""

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
        """Return the seal of one purpose."""
        return Seal(self.key(f"seal:{name}"), self._key_id, name, self._now)

    def key(self, name: str) -> bytes:
        """Return 32 bytes derived from the secret for *name*, for keyed digests and the like."""
        derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=name.encode())
        return derive.derive(self._secret)


def _decode(text: str) -> bytes:
    """Decode canonical base64url only, so that a sealed value has exactly one spelling."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise SealBroken from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise SealBroken  # which characters that are ignored lead to, too
    return raw
