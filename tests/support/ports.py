"""Ports for servers that are told their port before they start, in a process of their own."""

from __future__ import annotations

import secrets
import socket

PORTS = range(15_000, 32_000)
"""The system gives out none of these by itself: neither to a connection nor to a server that comes
between the choice of a port and the start of the server that is to have it."""


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port of 127.0.0.1 that nobody has now, of TCP or of another *kind* of socket."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:  # somebody has it
                continue
            return port


def free_udp_port() -> int:
    """Return a port of UDP that nobody has now."""
    return free_port(socket.SOCK_DGRAM)


def listens(port: int) -> bool:
    """Say whether a server listens at this TCP port of 127.0.0.1."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
