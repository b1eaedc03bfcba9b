"""What one RADIUS process stands: ``python -m bench.radius_load`` prints it.

First many requests that wait for phones, with rejects beside them at a steady rate; then a flood of
random and mutated datagrams. Times and memory are those of this machine.
"""

from __future__ import annotations

import selectors
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from sqlalchemy import insert, select

from bench import radius_server, saml
from bench.radius_client import HOST, PASSWORD, SECRET, USER, RadiusClient, RadiusServer, chap, pap
from bench.server import Client, Phone, make_server
from idp.radius.packet import Code
from idp.services import Services
from idp.store.mfa_schema import devices
from idp.store.schema import users

PENDING = 2_000
PASSWORDS_AT_ONCE = 40
"""A process drops what one client sends beyond its places for passwords."""

AT_ONCE = 200
RATE = 1_000
"""Rejects a second."""

SECONDS = 10
DATAGRAMS = 200_000
IDENTIFIERS = 256
SOCKETS = 16
"""Of the client of the rejects: so many times 256 of them can be under way."""


@dataclass(frozen=True, slots=True)
class Rejects:
    """Seconds that each reject took, how many requests got none, and the process's share of a core.

    ``idle`` is its share before, with the same requests waiting.
    """

    seconds: list[float]
    unanswered: int
    share: float
    idle: float

    def __str__(self) -> str:
        cuts = statistics.quantiles(self.seconds, n=100)
        return (
            f"{len(self.seconds)} rejects, p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f}"
            f" ms, {self.unanswered} without an answer; {self.share:.0%} of a core,"
            f" {self.idle:.0%} without them"
        )


def main() -> None:
    """Print how rejects are answered while requests wait, and what a flood does."""
    out = sys.stdout.write
    with TemporaryDirectory() as name, ExitStack() as stack:
        services = make_services(Path(name))
        names = add_users_with_phones(services, PENDING)
        server = stack.enter_context(radius_server.serving(Path(name)))
        vpn, client, stranger = (
            stack.enter_context(closing(RadiusClient(server))) for _ in range(3)
        )
        begun = time.monotonic()
        send_pushes(services, vpn, names)
        out(f"{PENDING} requests wait for phones, after {time.monotonic() - begun:.0f} s\n")
        out(f"{measure_rejects(server, RATE, SECONDS)}\n")
        out(f"{len(services.mfa.push.pending_ids(names))} requests still wait\n")
        before = resident_bytes(server)
        flood(mutants(Random(11), DATAGRAMS), stranger.send, lambda: is_alive(client))  # noqa: S311
        grown = resident_bytes(server) - before
        out(f"{DATAGRAMS} datagrams: {grown / 2**20:+.1f} MiB, and it answers\n")


def make_services(folder: Path) -> Services:
    """Return a server in *folder* with a host, and with a user who has a phone."""
    services, app = make_server(folder, saml.new_party("idp"), saml.new_party("sp"))
    radius_server.add_host(services)
    phone = Phone(Client(app))
    phone.activate(services.mfa.activations.create(USER, totp=False).link)
    return services


def add_users_with_phones(services: Services, count: int) -> list[str]:
    """Add copies of the user and the phone, and return the names."""
    names = [f"user{number}@example.test" for number in range(count)]
    with services.database.write() as connection:
        for table in (users, devices):
            row = dict(connection.execute(select(table)).mappings().one())
            row.pop("serial", None)
            keys = ("upn", "account_key") if table is users else ("id", "user")
            copies = [row | dict.fromkeys(keys, name) for name in names]
            connection.execute(insert(table), copies)
    return names


def send_pushes(services: Services, client: RadiusClient, names: list[str]) -> None:
    """Return when a request of each user waits for the phone."""
    for start in range(0, len(names), PASSWORDS_AT_ONCE):
        part = names[start : start + PASSWORDS_AT_ONCE]
        client.send(*(pap(name, PASSWORD) for name in part))
        while len(services.mfa.push.pending_ids(part)) < len(part):
            time.sleep(0.01)


def measure_rejects(server: RadiusServer, rate: int, seconds: int) -> Rejects:
    """Send requests by a protocol that the host does not allow, so many a second."""
    idle = _share_of_a_core(server, lambda: time.sleep(seconds / 4))
    requests = [chap() for _ in range(rate * seconds)]
    taken: list[float] = []
    share = _share_of_a_core(server, lambda: taken.extend(_ask_steadily(server, requests, rate)))
    return Rejects(taken, len(requests) - len(taken), share, idle)


def _ask_steadily(server: RadiusServer, requests: list[bytes], rate: int) -> Iterator[float]:
    """Send each request when its time has come; yield how long each answer took."""
    sent: dict[tuple[int, int], float] = {}
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        sockets = []
        for number in range(SOCKETS):
            each = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            each.connect((HOST, server.port))
            each.setblocking(False)
            selector.register(each, selectors.EVENT_READ, number)
            sockets.append(each)
        begun, done = time.monotonic(), 0
        while done < len(requests) or (sent and time.monotonic() < begun + done / rate + 2):
            due = min(len(requests), int((time.monotonic() - begun) * rate))
            for request in requests[done:due]:
                number = done // IDENTIFIERS % SOCKETS
                sent[number, request[1]] = time.monotonic()
                sockets[number].send(request)
                done += 1
            for key, _ in selector.select(1 / rate):
                reply = sockets[key.data].recv(4096)
                at = sent.pop((key.data, reply[1]), None)
                if at is not None and reply[0] == Code.ACCESS_REJECT:
                    yield time.monotonic() - at


def _share_of_a_core(server: RadiusServer, work: Callable[[], object]) -> float:
    cpu, wall = server.cpu_time(), time.monotonic_ns()
    work()
    return (server.cpu_time() - cpu) / (time.monotonic_ns() - wall)


def flood(
    datagrams: Iterable[bytes], send: Callable[..., object], check: Callable[[], object]
) -> None:
    """Send all; *check* waits for a right answer now and then, so that the socket does not fill."""
    left = iter(datagrams)
    while part := list(islice(left, AT_ONCE)):
        send(*part)
        check()


def is_alive(client: RadiusClient) -> None:
    """Raise if a good request is not answered."""
    client.ask_all([chap()], Code.ACCESS_REJECT)


def mutants(random: Random, count: int, secret: str = SECRET) -> Iterator[bytes]:
    """Return random octets, and requests with octets changed, cut off, doubled or added."""
    for _ in range(count):
        if random.random() < 0.2:
            yield random.randbytes(random.randrange(1, 64))
            continue
        data = bytearray(pap(secret=secret) if random.random() < 0.5 else chap(secret=secret))
        at, end = sorted(random.randrange(len(data)) for _ in range(2))
        match random.randrange(4):
            case 0:
                data[at] = random.randrange(256)
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = data[at:end]
            case 3:
                data += random.randbytes(4)
        if random.random() < 0.8:
            data[2:4] = len(data).to_bytes(2)
        yield bytes(data)


def resident_bytes(server: RadiusServer) -> int:
    """Return how much memory the process has now (Linux)."""
    for line in Path(f"/proc/{server.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("The process has no memory")


if __name__ == "__main__":
    main()
