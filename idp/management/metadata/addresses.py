"""Protects fetching against server-side request forgery: only public addresses are connected to."""

from __future__ import annotations

import socket
import time
from threading import Timer

from adapter.errors import TallystickError
from idp.management.metadata.public_addresses import is_public


class AddressRefused(TallystickError):
    """Raised when a host name resolves to an address that is not public."""

    code = "private_address"

    def __init__(self) -> None:
        super().__init__(
            "The host name leads to this machine or into a private network",
            "Save the metadata and give the file, or set trusts.allow_private_addresses",
        )


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


def _shut(twin: socket.socket) -> None:
    try:
        twin.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the connection has ended already
