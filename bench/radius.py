"""RADIUS over UDP: the processor time of the process that answers, without the password's hash.

An accept is compared with one of FreeRADIUS, where it is installed, asked by the same client in the
same run. The row of a refused packet is about one that is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

from bench import freeradius, radius_server, saml
from bench.harness import Row
from bench.radius_client import NAS, PASSWORD, RadiusClient, RadiusServer, pap
from bench.server import make_server
from idp.radius.packet import Code
from idp.services import Services

FREERADIUS = "RADIUS: PAP accept by FreeRADIUS"
ACCEPT = "RADIUS: PAP accept, IP_WHITELIST"
NOT_INSTALLED = f"{ACCEPT} (no freeradius here)"
WRONG_PASSWORD = "  wrong password, rejected"
WRONG_AUTHENTICATOR = "  wrong Message-Authenticator, dropped"
BUDGET = 3.0
AT_ONCE = 20
"""Requests that are under way at the same time."""

PACKETS = 100
"""Dropped in one run: their end is only seen by the answer to what came after them."""


@contextmanager
def rows(idp: saml.Party, sp: saml.Party, folder: Path) -> Iterator[list[Row]]:
    """Give the rows, on a server of their own in *folder*."""
    folder.mkdir()
    services, _app = make_server(folder, idp, sp)
    radius_server.add_host(services, ip_whitelist=".".join(map(str, NAS)))
    with ExitStack() as stack:
        ours = stack.enter_context(radius_server.serving(folder))
        theirs = None
        if freeradius.PROGRAM:
            theirs = stack.enter_context(freeradius.serving(folder / "freeradius"))
        yield [
            *rows_of_accepts(ours, theirs, stack),
            _row_of_rejects(services, ours, stack),
            _row_of_drops(ours, stack),
        ]


def rows_of_accepts(ours: RadiusServer, theirs: RadiusServer | None, stack: ExitStack) -> list[Row]:
    """Return the rows of accepts; without *theirs*, there is nothing to compare with."""
    if theirs is None:
        return [_row_of_accepts(NOT_INSTALLED, ours, stack)]
    own = _row_of_accepts(ACCEPT, ours, stack)
    return [
        _row_of_accepts(FREERADIUS, theirs, stack),
        replace(own, budget=BUDGET, beside=FREERADIUS),
    ]


def _row_of_accepts(name: str, server: RadiusServer, stack: ExitStack) -> Row:
    return _row_of_requests(name, server, stack, lambda _: pap(), Code.ACCESS_ACCEPT)


def _row_of_rejects(services: Services, server: RadiusServer, stack: ExitStack) -> Row:
    names = (f"user{number}@example.test" for number in count())

    def wrong(_: object) -> bytes:
        """Take a new user for each, since wrong passwords lock a user out."""
        name = next(names)
        services.directory.add(name, PASSWORD)
        return pap(name, "wrong")

    return _row_of_requests(WRONG_PASSWORD, server, stack, wrong, Code.ACCESS_REJECT)


def _row_of_requests(
    name: str,
    server: RadiusServer,
    stack: ExitStack,
    make: Callable[[object], bytes],
    expected: Code,
) -> Row:
    client = stack.enter_context(closing(RadiusClient(server)))

    def prepare(times: int) -> Iterator[list[bytes]]:
        for _ in range(times):
            yield list(map(make, range(AT_ONCE)))

    def run(requests: object) -> None:
        client.ask_all(requests, expected)  # type: ignore[arg-type]  # from prepare

    return Row(name, None, run, prepare, elsewhere=AT_ONCE, cpu_time=server.cpu_time)


def _row_of_drops(server: RadiusServer, stack: ExitStack) -> Row:
    client = stack.enter_context(closing(RadiusClient(server)))

    def prepare(times: int) -> Iterator[tuple[bytes, bytes]]:
        right = pap()
        client.ask_all([right], Code.ACCESS_ACCEPT)
        for _ in range(times):
            yield right, right[:-1] + bytes([right[-1] ^ 1])

    def run(packets: object) -> None:
        """Send wrong packets, then the right one again, which is answered from memory."""
        right, wrong = packets  # type: ignore[misc]  # from prepare
        client.send(*[wrong] * PACKETS)
        client.ask_all([right], Code.ACCESS_ACCEPT)

    return Row(WRONG_AUTHENTICATOR, None, run, prepare, elsewhere=PACKETS, cpu_time=server.cpu_time)
