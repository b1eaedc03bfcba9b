"""Protects fetching against server-side request forgery: only public addresses are connected to."""

from __future__ import annotations

import socket
import time
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer

from adapter.errors import TallystickError

_EMBEDDING = (
    # IPv6 networks whose last 32 bits are an IPv4 address that a router may send packets to
    ip_network("64:ff9b::/96"),    # NAT64, RFC 6052
    ip_network("64:ff9b:1::/48"),  # NAT64 for local use, RFC 8215
    ip_network("::/96"),           # IPv4-compatible, RFC 4291 §2.5.5.1
)  # fmt: skip


class AddressRefused(TallystickError):
    """Raised when a host name resolves to an address that is not public."""

    code = "private_address"

    def __init__(self) -> None:
        super().__init__(
            "The host name leads to this machine or into a private network",
            "Save the metadata and give the file, or set trusts.allow_private_addresses",
        )


def is_public(text: str) -> bool:
    """Return whether an IP address, and an IPv4 address embedded in it, is public.

    The registries are IANA's special-purpose addresses, as :mod:`ipaddress` knows them.
    """
    address = ip_address(text.partition("%")[0])
    inner = _embedded(address) if isinstance(address, IPv6Address) else None
    return _is_global(address) and (inner is None or _is_global(inner))


class Connector:
    """Opens sockets to public addresses, and shuts them down at the deadline.

    It resolves the name itself and connects to the addresses it has checked, so a name that changes
    between check and use (DNS rebinding) does not help an attacker. A socket's own time-out starts
    again with every byte; the timer here does not. ``deadline`` is a time of ``time.monotonic``.
    """

    def __init__(self, *, allow_private: bool, deadline: float) -> None:
        self._allow_private = allow_private
        self._deadline = deadline
        self._watches: list[tuple[Timer, socket.socket]] = []

    def __call__(self, host: str, port: int) -> socket.socket:
        """Return a connected socket. Raises :class:`AddressRefused` and ``OSError``."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(info[4][0]) for info in found]
        if not self._allow_private and not all(map(is_public, addresses)):
            raise AddressRefused
        connection = self._connect_to_first(addresses, port)
        self._watch(connection)
        return connection

    def close(self) -> None:
        """Stop the timers."""
        for timer, twin in self._watches:
            timer.cancel()
            twin.close()

    def _connect_to_first(self, addresses: list[str], port: int) -> socket.socket:
        problem = OSError("no address")
        for address in addresses:
            try:
                return socket.create_connection((address, port), timeout=self._seconds_left())
            except OSError as error:
                problem = error
        raise problem

    def _seconds_left(self) -> float:
        return max(0.1, self._deadline - time.monotonic())

    def _watch(self, connection: socket.socket) -> None:
        twin = connection.dup()  # TLS takes over the socket itself
        timer = Timer(self._seconds_left(), _shut, [twin])
        timer.daemon = True
        timer.start()
        self._watches.append((timer, twin))


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if any(address in network for network in _EMBEDDING):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.teredo[1] if address.teredo else None


def _shut(twin: socket.socket) -> None:
    try:
        twin.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the connection has ended already
