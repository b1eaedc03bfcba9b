"""Tells systemd, or another service manager, what state the server is in (sd_notify(3))."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

from idp.operating_system import UNIX_SOCKETS


def notify_systemd(state: str) -> None:
    """Send *state*, like ``READY=1``, to the service manager; do nothing if there is none."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address or UNIX_SOCKETS is None:
        return
    if address.startswith("@"):  # an abstract socket: its name begins with a null byte
        address = address.replace("@", "\0", 1)
    with socket.socket(UNIX_SOCKETS, socket.SOCK_DGRAM) as notify, suppress(OSError):
        notify.connect(address)
        notify.sendall(state.encode())
