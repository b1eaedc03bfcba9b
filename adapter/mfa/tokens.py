"""Random text: identifiers, nonces and digits."""

from __future__ import annotations

import base64
import hashlib
import hmac
from random import Random


def token(random: Random, size: int = 16) -> str:
    """Return *size* random bytes as URL-safe text without padding.

    It begins with no hyphen: people give it to commands, which would take it for an option.
    """
    while True:
        text = base64.urlsafe_b64encode(random.randbytes(size)).rstrip(b"=").decode()
        if not text.startswith("-"):
            return text


def tag(key: bytes, text: str) -> str:
    """Return the beginning of identifiers that belong to *text*; only *key* can tell them apart.

    It is 16 letters and digits, so that no identifier begins with a hyphen.
    """
    return base64.b32encode(hmac.digest(key, text.encode(), hashlib.sha256)[:10]).decode()


def digits(random: Random, count: int) -> str:
    """Return *count* random decimal digits."""
    return f"{random.randrange(10**count):0{count}d}"
