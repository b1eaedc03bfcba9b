"""A RADIUS client of the benchmarks, and the server process that it asks."""

from __future__ import annotations

import hmac
import secrets
import socket
import subprocess
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import count

from idp.radius import attributes
from idp.radius.packet import Code
from idp.radius.pap import hide

HOST = "127.0.0.1"
SECRET = "the shared secret of the benchmarks"
USER = "user@example.test"
PASSWORD = "correct horse"
NAS = bytes((192, 0, 2, 1))
SECONDS = 60


@dataclass(frozen=True, slots=True)
class RadiusServer:
    """A process that answers at a port of this machine."""

    pid: int
    port: int

    def cpu_time(self) -> int:
        """Return the processor time that all its threads have used, in nanoseconds (Linux)."""
        # The clock of another process: clock_getcpuclockid(3) makes its number so from the pid.
        return time.clock_gettime_ns(~self.pid << 3 | 2)

    def wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Return when it accepts the user of the benchmarks."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect((HOST, self.port))
            client.settimeout(0.1)
            for _ in range(10 * SECONDS):
                if process.poll() is not None:
                    break
                try:
                    client.send(pap())
                    if client.recv(4096)[0] == Code.ACCESS_ACCEPT:
                        return
                except (TimeoutError, ConnectionRefusedError):
                    time.sleep(0.1)
        raise RuntimeError(f"{process.args!r} does not answer")


@dataclass
class RadiusClient:
    """One socket; it takes replies only from its server, and does not verify them."""

    server: RadiusServer

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect((HOST, self.server.port))
        self._socket.settimeout(SECONDS)

    def ask_all(self, requests: Collection[bytes], expected: Code) -> None:
        """Send requests at once, and wait for all replies."""
        self.send(*requests)
        waited_for = {request[1] for request in requests}
        while waited_for:
            reply = self._socket.recv(4096)
            if reply[0] != expected or reply[1] not in waited_for:
                raise RuntimeError(f"The reply has code {reply[0]}, not {expected}")
            waited_for.remove(reply[1])

    def send(self, *datagrams: bytes) -> None:
        """Send datagrams, and wait for nothing."""
        for data in datagrams:
            self._socket.send(data)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


_identifiers = count()
"""Of requests; the last 256 have different ones."""


def pap(user: str = USER, password: str = PASSWORD, secret: str = SECRET) -> bytes:
    """Return a new request with a password."""
    authenticator = secrets.token_bytes(16)
    hidden = hide(password, secret.encode(), authenticator)
    return _signed(user, (attributes.USER_PASSWORD, hidden), authenticator, secret)


def chap(user: str = USER, secret: str = SECRET) -> bytes:
    """Return a new request by a protocol that the host does not allow."""
    return _signed(user, (attributes.CHAP_PASSWORD, bytes(17)), secrets.token_bytes(16), secret)


def _signed(user: str, credentials: tuple[int, bytes], authenticator: bytes, secret: str) -> bytes:
    values: Sequence[tuple[int, bytes]] = (
        (attributes.USER_NAME, user.encode()),
        (attributes.NAS_IP_ADDRESS, NAS),
        credentials,
        (attributes.MESSAGE_AUTHENTICATOR, bytes(16)),
    )
    body = b"".join(bytes((kind, len(value) + 2)) + value for kind, value in values)
    head = bytes((Code.ACCESS_REQUEST, next(_identifiers) % 256)) + (20 + len(body)).to_bytes(2)
    unsigned = head + authenticator + body
    return unsigned[:-16] + hmac.digest(secret.encode(), unsigned, "md5")


def free_port() -> int:
    """Return a UDP port that nobody has now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
