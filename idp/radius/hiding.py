"""How RADIUS hides octets from anybody without the shared secret (RFC 2865 §5.2).

Each block of 16 octets is combined by XOR with MD5 of the secret and the hidden block before it.
The first block has *start* before it: the Request Authenticator, and for keys a salt (RFC 2548
§2.4.2). Both functions take a multiple of 16 octets.
"""

from __future__ import annotations

import hashlib

BLOCK = 16


def hide(plain: bytes, secret: bytes, start: bytes) -> bytes:
    """Return *plain* hidden; it is as long as before."""
    hidden, before = b"", start
    for at in range(0, len(plain), BLOCK):
        before = _mask(plain[at : at + BLOCK], secret + before)
        hidden += before
    return hidden


def reveal(hidden: bytes, secret: bytes, start: bytes) -> bytes:
    """Return what :func:`hide` hid, and garbage for another secret or start."""
    plain, before = b"", start
    for at in range(0, len(hidden), BLOCK):
        block = hidden[at : at + BLOCK]
        plain += _mask(block, secret + before)
        before = block
    return plain


def _mask(block: bytes, key: bytes) -> bytes:
    mask = hashlib.md5(key, usedforsecurity=False).digest()
    return (int.from_bytes(block) ^ int.from_bytes(mask)).to_bytes(BLOCK)
