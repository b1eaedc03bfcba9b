"""A RADIUS packet as a value, and the strict reader of one (RFC 2865 §3 and §5).

Strict, because what another reader accepts would let a stranger show two servers two different
requests: no attribute may run over the end, and what can only be meant once comes once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from adapter.errors import TallystickError
from idp.radius.attributes import (
    CALLING_STATION_ID,
    MESSAGE_AUTHENTICATOR,
    NAS_IDENTIFIER,
    NAS_IP_ADDRESS,
    NAS_IPV6_ADDRESS,
    NAS_PORT,
    STATE,
    USER_NAME,
    VENDOR_SPECIFIC,
)

MIN_LENGTH: Final = 20
"""Octets of the header, which is a packet without attributes."""
MAX_LENGTH: Final = 4096

_AT_MOST_ONCE: Final = (
    CALLING_STATION_ID,
    MESSAGE_AUTHENTICATOR,
    NAS_IDENTIFIER,
    NAS_IP_ADDRESS,
    NAS_IPV6_ADDRESS,
    NAS_PORT,
    STATE,
    USER_NAME,
)
"""What a request is judged by (RFC 2865 §5.44, RFC 3162 §3): of two, each reader takes another."""


class Code(IntEnum):
    """The codes of packets that sign a user in."""

    ACCESS_REQUEST = 1
    ACCESS_ACCEPT = 2
    ACCESS_REJECT = 3
    ACCESS_CHALLENGE = 11


class MalformedPacket(TallystickError):
    """Raised if a datagram, or an attribute in it, has not the form that the standard prescribes.

    The message holds lengths and numbers of attributes, and never a value.
    """

    code = "malformed_packet"

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "Send RADIUS as RFC 2865 defines it")


class Attribute(NamedTuple):
    """One attribute: its number, and up to 253 octets."""

    type: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet, its attributes in the order of the wire.

    ``code`` may be any octet, not only one of :class:`Code`. ``authenticator`` has 16 octets.
    """

    code: int
    identifier: int
    authenticator: bytes
    attributes: tuple[Attribute, ...]

    def first(self, kind: int) -> bytes | None:
        """Return the value of the first attribute with the number *kind*, None without one."""
        for number, value in self.attributes:
            if number == kind:
                return value
        return None

    def all(self, kind: int) -> tuple[bytes, ...]:
        """Return the values of all attributes with the number *kind*, in order."""
        return tuple([value for number, value in self.attributes if number == kind])

    def vendor(self, vendor: int, kind: int) -> bytes | None:
        """Return the value of the first sub-attribute *kind* of *vendor*, None without one."""
        return next(iter(self.all_of_vendor(vendor, kind)), None)

    def all_of_vendor(self, vendor: int, kind: int) -> tuple[bytes, ...]:
        """Return the values of all sub-attributes *kind* of *vendor*, in order.

        A Vendor-Specific attribute whose sub-attributes do not fill it exactly counts as absent:
        vendors may use another form (RFC 2865 §5.26).
        """
        prefix = vendor.to_bytes(4)
        return tuple(
            [
                value
                for octets in self.all(VENDOR_SPECIFIC)
                if octets.startswith(prefix)
                for number, value in _sub_attributes(octets)
                if number == kind
            ]
        )


def vendor_attribute(vendor: int, kind: int, value: bytes) -> Attribute:
    """Return a Vendor-Specific attribute with one sub-attribute (RFC 2865 §5.26)."""
    return Attribute(VENDOR_SPECIFIC, vendor.to_bytes(4) + bytes((kind, len(value) + 2)) + value)


def decode(data: bytes) -> Packet:
    """Read one datagram; raise :class:`MalformedPacket` unless it is one packet.

    Octets after the length that the packet states are padding, and ignored.
    """
    if len(data) > MAX_LENGTH:
        raise MalformedPacket(f"The datagram has {len(data)} octets")
    length = int.from_bytes(data[2:4])
    if not MIN_LENGTH <= length <= len(data):
        raise MalformedPacket(f"The packet states {length} octets, the datagram has {len(data)}")
    attributes = tuple(_read_attributes(data, MIN_LENGTH, length))
    _check_counts(attributes)
    return Packet(data[0], data[1], data[4:20], attributes)


def _read_attributes(data: bytes, start: int, end: int) -> list[Attribute]:
    """Return the attributes that fill *data* from *start* up to *end*."""
    found = []
    while start < end:
        after = start + data[start + 1] if start + 1 < end else start
        if not start + 2 <= after <= end:
            raise MalformedPacket(f"The attribute at octet {start} has a wrong length")
        found.append(Attribute(data[start], data[start + 2 : after]))
        start = after
    return found


def _sub_attributes(octets: bytes) -> list[Attribute]:
    try:
        return _read_attributes(octets, 4, len(octets))
    except MalformedPacket:
        return []


def _check_counts(attributes: tuple[Attribute, ...]) -> None:
    numbers = [attribute.type for attribute in attributes]
    for kind in _AT_MOST_ONCE:
        if numbers.count(kind) > 1:
            raise MalformedPacket(f"Attribute {kind} is there more than once")
    if MESSAGE_AUTHENTICATOR in numbers:
        size = len(attributes[numbers.index(MESSAGE_AUTHENTICATOR)].value)
        if size != 16:
            raise MalformedPacket(f"The Message-Authenticator has {size} octets")
