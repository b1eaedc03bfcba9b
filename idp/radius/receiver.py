"""Takes datagrams and answers each request once; all of it runs on one event loop.

What needs the database or a password's hash runs in threads: the first look at a request in some,
everything that waits for phones in others, so that passwords in a queue hold up no answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
import uuid
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from adapter.errors import TallystickError
from idp.directory.passwords import HashingBusy
from idp.logs import get_logger
from idp.radius.admission import Dropped, read_request
from idp.radius.authenticity import ReplyTooLong, encode_reply
from idp.radius.drop_log import DropLog
from idp.radius.live_hosts import LiveHosts
from idp.radius.packet import Code, MalformedPacket
from idp.radius.push_waits import PushWaits
from idp.radius.repeats import Full, Key, Repeats
from idp.radius.results import Waiting
from idp.radius.shares import Shares
from idp.radius.sign_in import Answer, NpsSignIn

if TYPE_CHECKING:
    from idp.radius.request import RadiusRequest
    from idp.services import Services

T = TypeVar("T")

REJECT_DELAY = 1.0
"""Seconds before an Access-Reject is sent, so that guesses take time."""

SECONDS_BETWEEN_REFRESHES = 0.25
"""Scripts change a host and ask it in the next line."""

SECONDS_AFTER_FAILURE = 1.0
"""Pause before the database is asked again that was away."""

REQUEST_THREADS = 64
"""Most of them wait for a turn to hash a password, which goes round by client."""

ANSWER_THREADS = 4

MAX_REQUESTS = 1_000
"""New requests of a process that are being looked at; more are dropped, and come again.

The clients share these places.
"""

MAX_WAITING = 10_000
"""Requests of a process that wait for phones."""

Send = Callable[[bytes], None]
"""Sends a reply to where a datagram came from."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A request under way, and how it is answered."""

    key: Key
    request: RadiusRequest
    send: Send


class UnforeseenError(TallystickError):
    """Stands for an error that this program did not foresee; its text may hold anything."""

    code = "radius_failed"

    def __init__(self, error: Exception) -> None:
        super().__init__(f"{type(error).__name__} was raised", "Report it, with this line")


def log_failure(error: Exception) -> str:
    """Log an error that no request should cause, and return its code."""
    known = error if isinstance(error, TallystickError) else UnforeseenError(error)
    get_logger().error("radius_failed", code=known.code, problem=known.problem)
    return known.code


class Receiver:
    """Answers the requests to all hosts of this process."""

    def __init__(
        self,
        services: Services,
        hosts: LiveHosts,
        sign_in: NpsSignIn,
        *,
        reject_delay: float = REJECT_DELAY,
    ) -> None:
        self._services = services
        self._reject_delay = reject_delay
        self._hosts = hosts
        self._sign_in = sign_in
        self._repeats = Repeats(time.monotonic)
        self._drops = DropLog(services.counters, time.monotonic)
        self._waits = PushWaits(self._pending_ids, services.clock.now, self._on_phone)
        self._waiting: dict[str, _Pending] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._shares = Shares(MAX_REQUESTS)
        self._request_threads = ThreadPoolExecutor(REQUEST_THREADS, "radius-request")
        self._answer_threads = ThreadPoolExecutor(ANSWER_THREADS, "radius-answer")

    async def run(self) -> None:
        """Keep hosts fresh and look for what phones have answered, until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._refresh())
                group.create_task(self._waits.run())
        finally:
            self._request_threads.shutdown(cancel_futures=True)
            self._answer_threads.shutdown(cancel_futures=True)

    def refresh(self) -> None:
        """See changes of hosts and clients now, instead of within a second; for any thread."""
        self._hosts.refresh()

    def receive(self, data: bytes, host: str, sender: tuple[str, int], send: Send) -> None:
        """Take one datagram to *host*."""
        try:
            pending = self._admit(data, host, sender, send)
        except Dropped as dropped:
            self._drops.write(host, sender[0], dropped.code)
            return
        if pending is not None:
            self._start(self._begin(pending))

    def _admit(
        self, data: bytes, host: str, sender: tuple[str, int], send: Send
    ) -> _Pending | None:
        """Return the request if it is a new one; one that was answered is answered again."""
        address, port = sender
        found = self._hosts.find(host, address)
        if found is None:
            raise Dropped(code="radius_unknown_client")
        request = read_request(data, *found, address, str(uuid.uuid4()))
        key = Key(host, request.client.network, address, port, hashlib.sha256(data).digest())
        if len(self._waits) >= MAX_WAITING:
            raise Dropped(code="radius_busy")
        try:
            seen = self._repeats.first(key)
        except Full:
            raise Dropped(code="radius_busy") from None
        if seen is None:
            if not self._shares.take((host, key.client)):
                self._repeats.forget(key)
                raise Dropped(code="radius_busy")
            return _Pending(key, request, send)
        if seen.reply is not None:
            send(seen.reply)
        return None

    async def _begin(self, pending: _Pending) -> None:
        request = pending.request
        try:
            result = await self._in(self._request_threads, self._sign_in.begin, request)
        except HashingBusy:
            self._drop(pending, code="radius_busy")
        except MalformedPacket as error:
            self._drop(pending, code=error.code)
        except Exception as error:  # it is of one request, and must not end the others
            self._drop(pending, code=log_failure(error))
        else:
            self._go_on(pending, result)
        finally:
            self._shares.give_back((pending.key.host, pending.key.client))

    def _go_on(self, pending: _Pending, result: Answer | Waiting) -> None:
        if isinstance(result, Answer):
            self._answer(pending, result)
            return
        older = self._waits.add(result)
        if older is not None:
            self._waiting.pop(older.request.id, None)
        self._waiting[pending.request.id] = pending

    def _answer(self, pending: _Pending, answer: Answer) -> None:
        delay = self._reject_delay if answer.code is Code.ACCESS_REJECT else 0.0
        asyncio.get_running_loop().call_later(delay, self._send, pending, answer)

    def _send(self, pending: _Pending, answer: Answer) -> None:
        request = pending.request
        try:
            reply = encode_reply(
                request.packet, answer.code, answer.attributes, request.client.secret.encode()
            )
        except ReplyTooLong as error:
            self._drop(pending, code=error.code)
            return
        self._repeats.answered(pending.key, reply)
        pending.send(reply)

    def _drop(self, pending: _Pending, *, code: str) -> None:
        """Give no answer; the client's repetition is looked at anew."""
        self._repeats.forget(pending.key)
        self._drops.write(pending.key.host, pending.key.address, code)

    def _on_phone(self, waiting: Waiting) -> None:
        pending = self._waiting.pop(waiting.request.id, None)
        if pending is not None:
            self._start(self._finish(pending, waiting))

    async def _finish(self, pending: _Pending, waiting: Waiting) -> None:
        if not self._is_still_client(pending):
            self._drop(pending, code="radius_unknown_client")
            return
        try:
            result = await self._in(self._answer_threads, self._sign_in.look, waiting)
        except Exception as error:  # as the database is away: look again, while anybody waits
            code = log_failure(error)
            if self._services.clock.now() >= waiting.until:
                self._drop(pending, code=code)
                return
            await asyncio.sleep(SECONDS_AFTER_FAILURE)
            result = waiting
        self._go_on(pending, result)

    def _is_still_client(self, pending: _Pending) -> bool:
        """Say whether the sender is a client yet: host, client or secret may be gone meanwhile."""
        found = self._hosts.find(pending.key.host, pending.key.address)
        return found is not None and found[1].secret == pending.request.client.secret

    async def _pending_ids(self, users: frozenset[str]) -> Mapping[str, tuple[str, ...]] | None:
        push = self._services.mfa.push
        try:
            return await self._in(self._answer_threads, push.pending_ids, users)
        except TallystickError as error:
            log_failure(error)
            await asyncio.sleep(SECONDS_AFTER_FAILURE)
            return None

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_REFRESHES)
            try:
                await self._in(self._answer_threads, self._hosts.refresh)
                await self._in(self._answer_threads, self._services.housekeeping.tick)
            except TallystickError as error:
                log_failure(error)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _in(
        self, threads: ThreadPoolExecutor, call: Callable[..., T], *arguments: object
    ) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, call, *arguments)
