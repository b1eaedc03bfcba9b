"""Challenges that need no storage: random bytes and an expiry, with a keyed digest of both.

The digest is also over the purpose, the user and the page that the challenge was made for, so it is
worth nothing anywhere else. A stranger who loads a page a million times fills no table. That a
challenge works once is decided when a right answer comes: it is claimed then.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random

from adapter.mfa.passkeys.passkey import PasskeyRefused

_RANDOM_BYTES = 16
_EXPIRY_BYTES = 8
_HEAD_BYTES = _RANDOM_BYTES + _EXPIRY_BYTES
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Purpose(StrEnum):
    """What a challenge is good for."""

    REGISTRATION = "registration"
    AUTHENTICATION = "authentication"


@dataclass(frozen=True, slots=True)
class Binding:
    """What a challenge is made for.

    ``user`` is a UPN, empty while it is open who signs in. ``attempt`` names the sign-in or the
    session in whose page the challenge stands.
    """

    purpose: Purpose
    user: str
    attempt: str


def make(key: bytes, random: Random, binding: Binding, expires_at: datetime) -> bytes:
    """Return a new challenge."""
    expiry = (expires_at - _EPOCH) // _MILLISECOND
    head = random.randbytes(_RANDOM_BYTES) + expiry.to_bytes(_EXPIRY_BYTES, "big")
    return head + _digest(key, head, binding)


def expiry_of(key: bytes, challenge: bytes, binding: Binding, now: datetime) -> datetime:
    """Return when *challenge* expires.

    Raises :class:`~adapter.mfa.passkeys.passkey.PasskeyRefused` (``passkey_expired``) if it has, or
    was made for something else.
    """
    head = challenge[:_HEAD_BYTES]
    if hmac.compare_digest(challenge[_HEAD_BYTES:], _digest(key, head, binding)):
        expires_at = _EPOCH + int.from_bytes(head[_RANDOM_BYTES:], "big") * _MILLISECOND
        if now < expires_at:
            return expires_at
    raise PasskeyRefused(
        "The passkey's answer is for another page, or comes too late",
        "Load the page again",
        code="passkey_expired",
    )


def _digest(key: bytes, head: bytes, binding: Binding) -> bytes:
    """Return the digest of *head*, which has a fixed length and comes last."""
    parts = ("passkey-challenge", binding.purpose, binding.user, binding.attempt)
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.digest(key, text.encode(errors="surrogatepass") + head, hashlib.sha256)
