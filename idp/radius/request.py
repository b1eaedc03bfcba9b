"""One Access-Request: what a RADIUS client of a host asks, read from its packet."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from idp.directory.lockout import Origin
from idp.nps.clients import NpsClient
from idp.nps.hosts import NpsHost
from idp.radius import attributes
from idp.radius.credentials import Credentials
from idp.radius.packet import Packet

_WHERE: Final = (
    attributes.CALLING_STATION_ID,
    attributes.NAS_IP_ADDRESS,
    attributes.NAS_IPV6_ADDRESS,
    attributes.NAS_IDENTIFIER,
    attributes.NAS_PORT,
)
"""The attributes that tell where a user signs in."""


@dataclass(frozen=True, slots=True)
class RadiusRequest:
    """A packet that has passed the checks of ``admission.py``.

    ``id`` is its Activity ID, a GUID, which the extension calls CID. ``address`` is the IP address
    that the packet came from. ``user_name`` is as the client sent it, empty if it sent none or one
    that is not UTF-8.
    """

    id: str
    host: NpsHost
    client: NpsClient
    address: str
    packet: Packet
    credentials: Credentials
    user_name: str

    @property
    def state(self) -> str:
        """The State of an answer to a challenge, empty in a first request."""
        return text_of(self.packet.first(attributes.STATE))

    @property
    def nas_address(self) -> str:
        """The NAS-IP-Address, else the NAS-IPv6-Address, in canonical text; empty without."""
        for kind, read, length in (
            (attributes.NAS_IP_ADDRESS, IPv4Address, 4),
            (attributes.NAS_IPV6_ADDRESS, IPv6Address, 16),
        ):
            value = self.packet.first(kind)
            if value is not None and len(value) == length:
                return str(read(value))
        return ""

    @property
    def calling_station(self) -> str:
        """Where the user connects from, as the client says: an address or a telephone number."""
        return text_of(self.packet.first(attributes.CALLING_STATION_ID))

    @property
    def user_address(self) -> str:
        """The IP address that the user connects from, else that of the client."""
        try:
            return str(ip_address(self.calling_station))
        except ValueError:
            return self.address

    @property
    def origin(self) -> Origin:
        """Where a password comes from, for the lock-outs: no request of RADIUS is from outside.

        The extranet lock-outs of AD FS do not hold for NPS, which asks the domain itself.
        """
        return Origin(tuple(dict.fromkeys((self.user_address, self.address))))

    @property
    def attempt(self) -> str:
        """The name of the sign-in, the same for one that a client repeats at another host.

        One of the same user by another VPN server behind a proxy, or at another of its ports, is
        another sign-in: somebody else who has the password gets no approval with it.
        """
        where = tuple(map(self.packet.first, _WHERE))
        return repr(("radius", self.address, where, self.user_name.casefold()))


def text_of(value: bytes | None) -> str:
    """Return an attribute's text, empty without one or if it is not UTF-8."""
    try:
        return (value or b"").decode()
    except UnicodeDecodeError:
        return ""
