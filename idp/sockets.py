"""Sockets that listen, and what keeps an address from being listened on."""

from __future__ import annotations

import errno
import os
import socket

from adapter.errors import TallystickError

WAITING_CONNECTIONS = 128


class AddressUnavailable(TallystickError):
    """Raised when a server cannot listen where it should."""

    code = "address_unavailable"


ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what "all addresses" look like
OPTIONS = ("--bind", "--port")


def listen(host: str, port: int, *, chosen_by: tuple[str, str] = OPTIONS) -> socket.socket:
    """Return a socket that listens on *host* and *port* (0: any free one).

    Connections wait until a server takes them. Raises :class:`AddressUnavailable`; *chosen_by*
    names what host and port are set with, for its remedy.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere the option lets two listen on one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(WAITING_CONNECTIONS)
    except (OSError, OverflowError) as error:
        listener.close()
        raise _unavailable(host, port, error, chosen_by) from None
    return listener


def to_reach(host: str) -> str:
    """Return the address at which who listens on *host* is reached from this machine."""
    return ANY_ADDRESS.get(host, host)


def port_of(listener: socket.socket) -> int:
    """Return the port that *listener* listens on."""
    port: int = listener.getsockname()[1]
    return port


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
