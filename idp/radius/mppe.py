"""The keys that a sign-in by MS-CHAPv2 gives the VPN server: RFC 3079 §3 and RFC 2548 §2.4.

The VPN server encrypts the tunnel with them (MPPE). Always 128 bits: shorter ones are no
protection, and every client since Windows 2000 has these.
"""

from __future__ import annotations

import hashlib
from typing import Final

from idp.directory.md4 import md4
from idp.radius import hiding
from idp.radius.attributes import (
    MICROSOFT,
    MS_MPPE_ENCRYPTION_POLICY,
    MS_MPPE_ENCRYPTION_TYPES,
    MS_MPPE_RECV_KEY,
    MS_MPPE_SEND_KEY,
)
from idp.radius.packet import Attribute, vendor_attribute

SALTS: Final = 4
"""Random octets that :func:`key_attributes` needs."""

_ENCRYPTION_ALLOWED: Final = 1
_ONLY_128_BIT: Final = 4

_MASTER: Final = b"This is the MPPE Master Key"
_SERVER_RECEIVES: Final = (
    b"On the client side, this is the send key; on the server side, it is the receive key."
)
_SERVER_SENDS: Final = (
    b"On the client side, this is the receive key; on the server side, it is the send key."
)


def mppe_keys(password_hash: bytes, nt_response: bytes) -> tuple[bytes, bytes]:
    """Return the keys with which the server sends and receives, 16 octets each."""
    master = _sha1(md4(password_hash) + nt_response + _MASTER)[:16]
    send, receive = (
        _sha1(master + bytes(40) + side + b"\xf2" * 40)[:16]
        for side in (_SERVER_SENDS, _SERVER_RECEIVES)
    )
    return send, receive


def key_attributes(
    keys: tuple[bytes, bytes], secret: bytes, authenticator: bytes, salts: bytes
) -> tuple[Attribute, ...]:
    """Return the attributes with the keys to send and to receive, hidden, and what they are for.

    *authenticator* is the Request Authenticator. *salts* are :data:`SALTS` random octets, of which
    two different salts are made, each with its highest bit set.
    """
    if len(salts) != SALTS:
        raise ValueError(f"Two salts need {SALTS} octets, not {len(salts)}")
    first, second = (int.from_bytes(salt) | 0x8000 for salt in (salts[:2], salts[2:]))
    if first == second:
        second ^= 1

    send, receive = (
        _hidden(key, secret, authenticator, salt.to_bytes(2))
        for key, salt in zip(keys, (first, second), strict=True)
    )
    return (
        vendor_attribute(MICROSOFT, MS_MPPE_SEND_KEY, send),
        vendor_attribute(MICROSOFT, MS_MPPE_RECV_KEY, receive),
        vendor_attribute(MICROSOFT, MS_MPPE_ENCRYPTION_POLICY, _ENCRYPTION_ALLOWED.to_bytes(4)),
        vendor_attribute(MICROSOFT, MS_MPPE_ENCRYPTION_TYPES, _ONLY_128_BIT.to_bytes(4)),
    )


def _hidden(key: bytes, secret: bytes, authenticator: bytes, salt: bytes) -> bytes:
    """Return the value of MS-MPPE-Send-Key or -Recv-Key (RFC 2548 §2.4.2)."""
    plain = bytes((len(key),)) + key
    padded = plain + bytes(-len(plain) % hiding.BLOCK)
    return salt + hiding.hide(padded, secret, authenticator + salt)


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()
