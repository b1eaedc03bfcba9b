"""Proves that request and reply know the shared secret: RFC 3579 §3.2 and RFC 2865 §3.

MD5 is what RADIUS prescribes. The Message-Authenticator is an HMAC, which is what holds against a
forged reply (CVE-2024-3596): it stands first in every reply.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from adapter.errors import TallystickError
from idp.radius.attributes import MESSAGE_AUTHENTICATOR, PROXY_STATE
from idp.radius.packet import MAX_LENGTH, MIN_LENGTH, Attribute, Code, Packet

_OURS: Final = (MESSAGE_AUTHENTICATOR, PROXY_STATE)
_HEADER: Final = bytes((MESSAGE_AUTHENTICATOR, 18))
_ZEROS: Final = bytes(16)


class ReplyTooLong(TallystickError, ValueError):
    """Raised if a reply with the request's Proxy-States would have more than 4,096 octets."""

    code = "reply_too_long"

    def __init__(self, length: int) -> None:
        super().__init__(
            f"The reply would have {length} octets, and RADIUS allows {MAX_LENGTH}",
            "Let fewer proxies, or shorter Proxy-States, stand between the client and this server",
        )


def message_authenticator_verdict(data: bytes, packet: Packet, secret: bytes) -> bool | None:
    """Return whether the Message-Authenticator of a request is right, None if it has none.

    *packet* is what *data* was decoded to; padding after the packet does not count.
    """
    start = MIN_LENGTH
    for kind, value in packet.attributes:
        if kind == MESSAGE_AUTHENTICATOR:
            end = int.from_bytes(data[2:4])
            signed = data[: start + 2] + _ZEROS + data[start + 18 : end]
            return hmac.compare_digest(hmac.digest(secret, signed, "md5"), value)
        start += 2 + len(value)
    return None


def encode_reply(
    request: Packet, code: Code, attributes: Sequence[Attribute], secret: bytes
) -> bytes:
    """Write the reply to *request*: Message-Authenticator, *attributes*, then its Proxy-States.

    Proxy-States go back unchanged and in order (RFC 2865 §5.33), and none is ever left out: a proxy
    would drop such a reply. If they do not fit, :class:`ReplyTooLong` is raised, no reply can be
    sent, and the client runs into its time-out: nobody is let in.
    """
    written = [_encode(kind, value) for kind, value in attributes]
    if any(attribute[0] in _OURS for attribute in written):
        raise ValueError("Message-Authenticator and Proxy-State are added here")
    rest = b"".join(written + [_encode(PROXY_STATE, value) for value in request.all(PROXY_STATE)])
    length = MIN_LENGTH + len(_HEADER) + len(_ZEROS) + len(rest)
    if length > MAX_LENGTH:
        raise ReplyTooLong(length)

    start = bytes((code, request.identifier)) + length.to_bytes(2)
    signed = start + request.authenticator + _HEADER + _ZEROS + rest
    body = _HEADER + hmac.digest(secret, signed, "md5") + rest
    hashed = start + request.authenticator + body + secret
    return start + hashlib.md5(hashed, usedforsecurity=False).digest() + body


def _encode(kind: int, value: bytes) -> bytes:
    """Return the octets of an attribute; a value of more than 253 raises ValueError."""
    return bytes((kind, len(value) + 2)) + value
