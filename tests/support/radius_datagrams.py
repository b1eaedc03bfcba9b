"""Writes RADIUS datagrams octet by octet, right ones and wrong ones, without the product's code."""

from __future__ import annotations

import hmac

SECRET = b"the secret of the VPN server"
AUTHENTICATOR = bytes(range(100, 116))
UNSIGNED = (80, bytes(16))
"""A Message-Authenticator that :func:`signed` fills in."""


def octets_of(*attributes: tuple[int, bytes]) -> bytes:
    return b"".join(bytes((kind, len(value) + 2)) + value for kind, value in attributes)


def of_vendor(kind: int, value: bytes, *, vendor: int = 311) -> tuple[int, bytes]:
    return 26, vendor.to_bytes(4) + octets_of((kind, value))


def datagram(*attributes: tuple[int, bytes], code: int = 1, identifier: int = 7) -> bytes:
    """Return a packet with these attributes, each a number and a value."""
    body = octets_of(*attributes)
    return bytes((code, identifier)) + (20 + len(body)).to_bytes(2) + AUTHENTICATOR + body


def signed(*attributes: tuple[int, bytes], secret: bytes = SECRET) -> bytes:
    """Return an Access-Request in which :data:`UNSIGNED` has the right value."""
    unsigned = datagram(*attributes)
    before = datagram(*attributes[: attributes.index(UNSIGNED)])
    value = hmac.digest(secret, unsigned, "md5")
    return unsigned[: len(before) + 2] + value + unsigned[len(before) + 18 :]


def with_length(data: bytes, length: int) -> bytes:
    """Return *data* with another length stated in its header."""
    return data[:2] + length.to_bytes(2) + data[4:]
