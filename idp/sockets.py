"""Opens listening sockets, and explains why one cannot be opened."""

from __future__ import annotations

import errno
import socket

from adapter.errors import TallystickError
from idp import operating_system

MAX_PENDING_CONNECTIONS = 128
"""The backlog of a socket: connections that are not accepted yet."""


class AddressUnavailable(TallystickError):
    """Raised if a server cannot listen on its address and port."""

    code = "address_unavailable"


LOOPBACK_OF_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing binds to it here
OPTIONS = ("--bind", "--port")
_NO_ADDRESS = (OSError, OverflowError, TypeError, ValueError)
"""What Python raises for an address that cannot be had, for a port, and for texts that are none."""


def listen(host: str, port: int, *, chosen_by: tuple[str, str] = OPTIONS) -> socket.socket:
    """Return a socket that listens on *host* and *port* (0: any free port).

    Raises :class:`AddressUnavailable`. Its remedy names *chosen_by*: the options or settings of
    host and port.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        operating_system.set_address_options(listener)
        _bind(listener, host, port)
        listener.listen(MAX_PENDING_CONNECTIONS)
    except _NO_ADDRESS as error:
        listener.close()
        raise _unavailable(host, port, error, chosen_by) from None
    return listener


def open_udp(host: str, port: int, *, chosen_by: tuple[str, str]) -> socket.socket:
    """Return a UDP socket at *host* and *port* (0: any free port), which no other program shares.

    An IPv6 address takes no IPv4 packets. Raises :class:`AddressUnavailable`, as :func:`listen`.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        receiver = socket.socket(family, socket.SOCK_DGRAM)
    except OSError as error:
        raise _unavailable(host, port, error, chosen_by) from None
    try:
        operating_system.keep_port_to_itself(receiver)
        if family == socket.AF_INET6:
            receiver.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        _bind(receiver, host, port)
    except _NO_ADDRESS as error:
        receiver.close()
        raise _unavailable(host, port, error, chosen_by) from None
    return receiver


def has_ipv6() -> bool:
    """Say whether this machine has IPv6."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::", 0))
    except OSError:
        return False
    return True


def reachable_address(host: str) -> str:
    """Return the address at which this machine reaches a server that listens on *host*."""
    return LOOPBACK_OF_ANY.get(host, host)


def port_of(listener: socket.socket) -> int:
    """Return the port that *listener* has."""
    port: int = listener.getsockname()[1]
    return port


def _bind(opened: socket.socket, host: str, port: int) -> None:
    """Bind a socket; an empty *host*, as of a variable that is not set, is not every address."""
    if not host:
        raise OSError(errno.EADDRNOTAVAIL, "The address is empty")
    opened.bind((host, port))


def _unavailable(
    host: str, port: int, error: Exception, chosen_by: tuple[str, str]
) -> AddressUnavailable:
    by_host, by_port = chosen_by
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return AddressUnavailable(
            f"Port {port} on {host} is in use by another program",
            f"End that program, or choose another port: {by_port}",
            code="port_in_use",
        )
    cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return AddressUnavailable(
        f"Nothing can listen on {host}, port {port}: {cause}",
        f"Choose an address of this machine with {by_host}, and a free port with {by_port}",
    )
