"""``tallystick serve`` on all cores: requests of a signed-in user over real HTTP.

The limit is one RSA signature for each request on each core. The measured cost of a request
includes that of the client, which runs on the same cores.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.harness import Row
from bench.server import BASE_URL, HOST
from idp.operating_system import processor_count
from idp.sockets import listen, port_of

TALLYSTICK = Path(sys.executable).with_name("tallystick")
REQUESTS = 20
"""For each core in one run."""

CONNECTIONS = 4
"""For each core, so that none waits for a client."""


class Clients:
    """Enough connections to keep all cores busy; each sends its share of the requests in turn."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connections = CONNECTIONS * processor_count()
        self._threads = ThreadPoolExecutor(self._connections)

    def send_all(self, requests: object) -> None:
        """Send requests, and check that each is answered with an assertion."""
        if not isinstance(requests, list):
            raise TypeError(requests)
        parts = [requests[number :: self._connections] for number in range(self._connections)]
        list(self._threads.map(self._send, parts))

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    def _send(self, requests: list[bytes]) -> None:
        with socket.create_connection(("127.0.0.1", self._port)) as connection:
            for request in requests:
                send(connection, request)


@contextmanager
def rows(folder: Path, query: Callable[[], str], cookies: dict[str, str]) -> Iterator[list[Row]]:
    """Serve the server in *folder*; the user with these *cookies* sends what *query* returns."""
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())

    def request() -> bytes:
        lines = (f"GET /adfs/ls/?{query()} HTTP/1.1", f"Host: {HOST}", f"Cookie: {cookie}", "", "")
        return "\r\n".join(lines).encode()

    def prepare(times: int) -> Iterator[list[bytes]]:
        for _ in range(times):
            yield [request() for _ in range(REQUESTS * processor_count())]

    with serving(folder) as port, closing(Clients(port)) as clients:
        name = "the same by tallystick serve, on all cores"
        yield [Row(name, None, clients.send_all, prepare, elsewhere=REQUESTS)]


@contextmanager
def serving(folder: Path, added: str = "") -> Iterator[int]:
    """Run the server in *folder*, with more sections in its configuration; gives its port."""
    with running(folder, added) as server:
        yield server.port


@dataclass(frozen=True, slots=True)
class Served:
    """A running ``tallystick serve``: its port, and the process ID of its supervisor."""

    port: int
    pid: int


@contextmanager
def running(folder: Path, added: str = "", *options: str) -> Iterator[Served]:
    """Run the server in *folder*, with more sections in its configuration and more options."""
    with listen("127.0.0.1", 0) as free:
        port = port_of(free)
    file = folder / "tallystick.toml"
    file.write_text(
        f'[server]\nbase_url = "{BASE_URL}"\nnode = "NODE1"\n[serve]\nport = {port}\n'
        '[store]\nurl = "sqlite:///bench.db"\n'
        '[keys]\nsigning_key = "key"\nsigning_certificate = "certificate"\nsecret = "secret"\n'
        f"{added}"
    )
    with (
        (folder / "served.log").open("w") as log,
        subprocess.Popen(  # noqa: S603 - our own program
            [TALLYSTICK, "serve", "-c", file, "--json", *options],
            stdout=subprocess.PIPE,
            stderr=log,
        ) as process,
    ):
        try:
            if process.stdout is None or not json.loads(process.stdout.readline())["ready"]:
                raise RuntimeError("The server does not start")
            yield Served(port, process.pid)
        finally:
            process.terminate()


def send(connection: socket.socket, request: bytes) -> None:
    """Send a request of a signed-in user, and check that an assertion comes."""
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _receive(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split()[0])
    while len(body) < length:
        body += _receive(connection)
    if b'name="SAMLResponse"' not in body:
        raise RuntimeError(f"There is no assertion on the page: {body!r}")


def _receive(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise RuntimeError("The server has closed the connection")
    return data
