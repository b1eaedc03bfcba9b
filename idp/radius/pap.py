"""The password of a PAP request: the attribute User-Password (RFC 2865 §5.2)."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from adapter.errors import TallystickError
from idp.radius import hiding
from idp.radius.packet import MalformedPacket

MAX_PASSWORD: Final = 128
"""Octets that User-Password can hide."""


class UnreadablePassword(TallystickError):
    """Raised if a revealed password is not UTF-8.

    The client uses another shared secret, or another encoding. Neither can be told from a wrong
    password by any server, so the caller treats it as one.
    """

    code = "unreadable_password"

    def __init__(self) -> None:
        super().__init__(
            "The password in the request is not UTF-8",
            "Compare the shared secret here with that of the RADIUS client",
        )


def reveal(hidden: bytes, secret: bytes, authenticator: bytes) -> str:
    """Return the password in the value of a User-Password attribute.

    *authenticator* is the Request Authenticator. NULs at the end are padding. Raises
    :class:`MalformedPacket` for a length that no hidden password has.
    """
    if not hiding.BLOCK <= len(hidden) <= MAX_PASSWORD or len(hidden) % hiding.BLOCK:
        raise MalformedPacket(f"User-Password has {len(hidden)} octets")
    password = hiding.reveal(hidden, secret, authenticator).rstrip(b"\0")
    with suppress(UnicodeDecodeError):  # not even as a cause: it has the password in it
        return password.decode()
    raise UnreadablePassword


def hide(password: str, secret: bytes, authenticator: bytes) -> bytes:
    """Return the value of a User-Password attribute, as a RADIUS client writes it."""
    octets = password.encode()
    if len(octets) > MAX_PASSWORD:
        raise ValueError(f"User-Password holds {MAX_PASSWORD} octets, not {len(octets)}")
    blocks = max(1, -(-len(octets) // hiding.BLOCK))
    return hiding.hide(octets.ljust(blocks * hiding.BLOCK, b"\0"), secret, authenticator)
