"""``python -m bench crowd``: what a crowd that waits costs, and what the server takes of memory.

The server is ``tallystick serve`` with two workers, and everything goes by real HTTP. The
processor time and the memory are those of the server's processes alone (:mod:`bench.processes`).
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import takewhile
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from adapter.mfa.push.challenge import NUMBER_MATCH
from bench import memory, served
from bench.crowd_client import SPREAD_SECONDS, Member, WaitingPhone, waiting
from bench.crowd_party import Party, make_pages, make_party, waiting_phone
from bench.figures import Figure, percentile, print_figures
from bench.processes import cpu_seconds, tree

CROWD = 2000
SETTLE_SECONDS = 5.0
MEASURE_SECONDS = 25.0
PROBES = 400
PROBE_PAUSE = 0.02
MAX_PROBE_SECONDS = 60.0
PUSHES = 20
RENEW_SECONDS = 20.0
SESSIONS = 8
REQUESTS_OF_SESSION = 100
SIGNATURES = 200
WORKERS = ("--workers", "2")
IDP_INITIATED = "[sign_in]\nidp_initiated = true\n"


def main(crowd: int = CROWD) -> None:
    """Measure everything, and print a table of each part as soon as it is measured."""
    with TemporaryDirectory() as name:
        party = make_party(Path(name), crowd)
        for figures in _parts(party, crowd):
            load = os.getloadavg()[0]
            print_figures(figures, f"two workers; load of the machine {load:.1f}")


def _parts(party: Party, crowd: int) -> Iterator[list[Figure]]:
    yield memory.figures(party.idp, party.sp, party.folder)
    with served.running(party.folder, IDP_INITIATED, *WORKERS) as server:
        yield signed_in_figures(party, server)
    phones: list[Member] = [waiting_phone(party, device) for device in party.phones]
    with served.running(party.folder, IDP_INITIATED, *WORKERS) as server:
        yield crowd_figures(party, server, phones, f"{crowd} waiting phones", (0.4, 60))
    with served.running(party.folder, IDP_INITIATED, *WORKERS) as server:
        pages = make_pages(party)
        name = f"{crowd} waiting number pages"
        yield crowd_figures(party, server, pages, name, (0.6, 100))


def crowd_figures(
    party: Party,
    server: served.Served,
    members: list[Member],
    name: str,
    budgets: tuple[float, float],
) -> list[Figure]:
    """Measure while this crowd waits: first it alone, then with somebody who is signed in."""
    pids = tree(server.pid)
    with _renewing(party), waiting(server.port, members) as reports:
        time.sleep(SPREAD_SECONDS + SETTLE_SECONDS)
        before, began = cpu_seconds(pids), time.monotonic()
        time.sleep(MEASURE_SECONDS)
        cores = (cpu_seconds(pids) - before) / (time.monotonic() - began)
        p99 = percentile(_probe(party, server.port), 0.99) * 1000
        if isinstance(members[0], WaitingPhone):
            last, seen = (
                "  a push is seen after at most",
                [seconds_to_see_push(party, n, reports) for n in _some(members)],
            )
        else:
            last, seen = (
                "  an answer is seen after at most",
                [seconds_to_see_denial(party, n, reports) for n in _some(members)],
            )
    return [
        Figure(f"{name}: the server's processors", cores, "cores", budgets[0]),
        Figure("  a signed-in request meanwhile, p99", p99, "ms", budgets[1]),
        Figure(last, max(seen), "s", 1.0 if isinstance(members[0], WaitingPhone) else None),
        Figure("  memory meanwhile", memory.memory_megabytes(pids), "MB"),
    ]


def signed_in_figures(party: Party, server: served.Served) -> list[Figure]:
    """Measure the requests of signed-in users, as many at a time as there are sessions."""
    pids = tree(server.pid)
    warm_up, measured = ([_batch(party) for _ in range(SESSIONS)] for _ in range(2))
    with ThreadPoolExecutor(SESSIONS) as sessions:
        list(sessions.map(lambda batch: list(_timed(server.port, batch)), warm_up))
        before = cpu_seconds(pids)
        unit = _signature_seconds(party)
        parts = sessions.map(lambda batch: list(_timed(server.port, batch)), measured)
        times = [each for part in parts for each in part]
        cost = (cpu_seconds(pids) - before) / len(times)
        unit = min(unit, _signature_seconds(party))
    return [
        Figure(f"a signed-in request, {SESSIONS} sessions", cost / unit, "RSA units", 4.7),
        Figure("  p99", percentile(times, 0.99) * 1000, "ms", 20),
        Figure("  one RSA-2048 signature", unit * 1000, "ms"),
    ]


def _batch(party: Party) -> list[bytes]:
    return [party.request() for _ in range(REQUESTS_OF_SESSION)]


def _signature_seconds(party: Party) -> float:
    """Return the processor time of one signature."""
    began = time.thread_time()
    for _ in range(SIGNATURES):
        party.idp.key.sign(b"message")
    return (time.thread_time() - began) / SIGNATURES


def _timed(port: int, requests: list[bytes], pause: float = 0) -> Iterator[float]:
    """Send requests over one connection, and yield the seconds that each has taken."""
    with closing(socket.create_connection(("127.0.0.1", port))) as connection:
        for request in requests:
            time.sleep(pause)
            began = time.perf_counter()
            served.send(connection, request)
            yield time.perf_counter() - began


def _probe(party: Party, port: int) -> list[float]:
    """Return what requests have taken: as many as there is time for, one after another."""
    requests = [party.request() for _ in range(PROBES)]
    end = time.monotonic() + MAX_PROBE_SECONDS
    return list(takewhile(lambda _: time.monotonic() < end, _timed(port, requests, PROBE_PAUSE)))


def _some(members: list[Member]) -> range:
    return range(0, len(members), max(1, len(members) // PUSHES))


def seconds_to_see_push(party: Party, number: int, reports: Connection) -> float:
    """Send a request to one phone; return the seconds until the phone sees it."""
    user = party.phones[number].user
    with _reported(number, reports) as seconds:
        party.services.mfa.push.start(user, NUMBER_MATCH, application="bench", client_ip="")
    return seconds()


def seconds_to_see_denial(party: Party, number: int, reports: Connection) -> float:
    """Deny the request of one page; return the seconds until the page sees it."""
    phone, push = party.phones[number], party.services.mfa.push
    [request] = push.pending_for(phone)
    with _reported(number, reports) as seconds:
        push.answer(phone, request.id, nonce=request.nonce, approve=False)
    return seconds()


@contextmanager
def _renewing(party: Party) -> Iterator[None]:
    """Let the requests on phones wait for longer than their minute, inside the block."""
    is_over = threading.Event()

    def renew() -> None:
        while not is_over.is_set():
            party.renew_pushes()
            is_over.wait(RENEW_SECONDS)

    thread = threading.Thread(target=renew)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


@contextmanager
def _reported(number: int, reports: Connection) -> Iterator[Callable[[], float]]:
    """Give what waits for the report of a member, and returns the seconds since the block's end."""
    began = 0.0

    def seconds() -> float:
        while True:
            if not reports.poll(60):
                raise RuntimeError("Nothing has been seen")
            member, at = reports.recv()
            if member == number:
                return max(0.0, float(at) - began)

    yield seconds
    began = time.monotonic()
