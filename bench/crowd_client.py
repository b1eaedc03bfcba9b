"""A crowd that waits at a server: phones with signed calls, or number pages, each by real HTTP.

All of them are in one process of its own, so that what they cost is not taken for the server's.
Each behaves as the app, or the script of the page (``mfa.js``), does.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import secrets
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bench.server import BASE_URL, HOST
from idp.authenticator.request_signing import SignedRequest, Stamp, sign

HOLD_SECONDS = 25
PAUSE_SECONDS = 1.0
"""Between two questions, if the server does not say when to ask again."""
SPREAD_SECONDS = 10.0
"""In which the members of the crowd come."""


@dataclass(frozen=True, slots=True)
class WaitingPhone:
    """A registered phone: the ID of its device, and its key as PEM."""

    device: str
    key: bytes


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """A page that shows a number: where it posts, its fields, and the cookies of its browser."""

    target: str
    form: Mapping[str, str]
    cookies: Mapping[str, str]


Member = WaitingPhone | WaitingPage


@dataclass(frozen=True, slots=True)
class Answer:
    """The head and the body of a response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def pause(self) -> float:
        """When to ask again, in seconds from now."""
        return float(self.headers.get("retry-after", PAUSE_SECONDS))


@dataclass(slots=True)
class Line:
    """A connection that is opened again when the server has closed it."""

    port: int
    _ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = field(default=None)

    async def ask(self, request: bytes) -> Answer:
        """Send one request and return its answer."""
        while True:
            if self._ends is None:
                self._ends = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                self._ends[1].write(request)
                return await self._answer(self._ends[0])
            except (OSError, asyncio.IncompleteReadError):
                self._ends[1].close()
                self._ends = None
                await asyncio.sleep(PAUSE_SECONDS)

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in head)
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Answer(int(head[0].split()[1]), headers, body)


Seen = Callable[[], None]
"""Called when a phone sees a request, or a page that its phone has answered."""


async def wait_as_phone(phone: WaitingPhone, line: Line, seen: Seen) -> None:
    """Ask what is pending, again and again."""
    key = load_pem_private_key(phone.key, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(key)
    known = ""
    while True:
        path = f"/authenticator/api/pending?wait={HOLD_SECONDS}&seen={known}"
        stamp = Stamp(phone.device, round(time.time() * 1000), secrets.token_urlsafe(16))
        signed = sign(SignedRequest(BASE_URL, "GET", path, b""), stamp, key)
        lines = (f"GET {path} HTTP/1.1", f"Host: {HOST}", f"Authorization: {signed}", "", "")
        answer = await line.ask("\r\n".join(lines).encode())
        if answer.status != 200:
            await asyncio.sleep(answer.pause)
        elif b'"requests":[]' not in answer.body.replace(b" ", b""):
            seen()
            known = (
                answer.body.partition(b'"requests":')[2]
                .partition(b'"id":"')[2]
                .split(b'"')[0]
                .decode()
            )


async def wait_as_page(page: WaitingPage, line: Line, seen: Seen) -> None:
    """Ask whether the phone has answered, until it has."""
    body = urlencode({**page.form, "Poll": "1"}).encode()
    lines = (
        f"POST {page.target} HTTP/1.1",
        f"Host: {HOST}",
        f"Origin: {BASE_URL}",
        f"Prefer: return=minimal, wait={HOLD_SECONDS}",
        f"Cookie: {'; '.join(f'{name}={value}' for name, value in page.cookies.items())}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "",
        "",
    )
    request = "\r\n".join(lines).encode() + body
    while True:
        answer = await line.ask(request)
        if answer.status == 200 and b'data-state="pending"' not in answer.body:
            seen()
            return
        await asyncio.sleep(answer.pause)


@contextmanager
def waiting(port: int, members: list[Member]) -> Iterator[Connection]:
    """Let a crowd wait inside the block; gives where it reports whom something happened to.

    A report is the number of the member, and the moment by :func:`time.monotonic`.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_run, args=(port, members, there), daemon=True)
    process.start()
    try:
        yield here
    finally:
        process.kill()
        process.join()


def _run(port: int, members: list[Member], reports: Connection) -> None:
    asyncio.run(_wait(port, members, reports))


async def _wait(port: int, members: list[Member], reports: Connection) -> None:
    async with asyncio.TaskGroup() as tasks:
        for number, member in enumerate(members):
            tasks.create_task(
                _come(number, member, port, SPREAD_SECONDS * number / len(members), reports)
            )


async def _come(number: int, member: Member, port: int, after: float, reports: Connection) -> None:
    def seen() -> None:
        reports.send((number, time.monotonic()))

    await asyncio.sleep(after)
    wait: Coroutine[Any, Any, None]
    if isinstance(member, WaitingPhone):
        wait = wait_as_phone(member, Line(port), seen)
    else:
        wait = wait_as_page(member, Line(port), seen)
    await wait
