"""A node that dies by SIGKILL at a chosen commit: a process of its own, given one thing to do.

It comes from a server of forks that has imported everything, so that many may die in a second.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from idp.app import create_app
from idp.assembly import assemble
from idp.config.schema import Config
from idp.directory import PasswordHasher
from idp.federation.token_signing.ring import KeyFiles
from idp.federation.token_signing.rollover import SigningKeys
from idp.management import protection
from idp.signin.paths import PROBE
from idp.store.engine import Database
from idp.testing.clock import ShiftedClock

PRELOADED = ["idp.app", "idp.admin", "idp.authenticator", "idp.signin", "psycopg"]
SECONDS = 90


@dataclass(frozen=True)
class Point:
    """Just before the commit of so many transactions, or just after it."""

    commit: int
    after: bool


@dataclass(frozen=True)
class Node:
    """What a node is made of; all of it can be sent to another process."""

    config: Config
    clock: ShiftedClock

    def posts(self, path: str, form: dict[str, str], cookies: dict[str, str]) -> Job:
        """Return the work of answering a browser's post."""
        return partial(_ask, self, path, form, cookies)

    def gets(self, address: str, cookies: dict[str, str]) -> Job:
        """Return the work of answering a browser that follows a redirect."""
        return partial(_ask, self, address, None, cookies)

    def manages(self, use_case: str, name: str, **options: Any) -> Job:
        """Return the work of a use case of :mod:`idp.management.protection` for one user."""
        return partial(_manage, self, use_case, name, options)

    def takes_an_answer(self, device: str, challenge: str, **answer: Any) -> Job:
        """Return the work of taking a phone's answer."""
        return partial(_answer, self, device, challenge, answer)


Job = Callable[[Callable[[], None]], None]
"""Makes everything ready, calls what it is given, and works: from then on commits are counted."""


def points_of(job: Job) -> Iterator[Point]:
    """Have a node die at each commit of *job* in turn; the last one, of none, survives.

    Yields where it has died, each time, so that what is left can be looked at and set right.
    """
    commit = 0
    while True:
        commit += 1
        for after in (False, True):
            if not dies(job, Point(commit, after)):
                return
            yield Point(commit, after)


def dies(job: Job, point: Point) -> bool:
    """Do *job* in a process that dies at *point*; say whether it came to that."""
    process = _context().Process(target=_do, args=(job, point))
    process.start()
    process.join(SECONDS)
    if process.exitcode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"The node ended with {process.exitcode}")
    return process.exitcode == -signal.SIGKILL


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def _do(job: Job, point: Point) -> None:
    """Do *job*, counting the transactions it commits and the files it puts in place."""
    dying = _Dying(point)
    write, together, link, replace = Database.write, Database.together, os.link, os.replace

    def begin() -> None:
        Database.write = lambda self, **options: dying.commits(  # type: ignore[method-assign]
            self, write(self, **options)
        )
        Database.together = lambda self, **options: dying.commits(  # type: ignore[method-assign]
            self, together(self, **options)
        )
        os.link, os.replace = partial(dying.puts, link), partial(dying.puts, replace)

    job(begin)
    os._exit(0)


class _Dying:
    """Counts what this process makes last, and kills it at a point."""

    def __init__(self, point: Point) -> None:
        self._point = point
        self._turns = count(1)

    @contextmanager
    def commits(
        self, database: Database, transaction: AbstractContextManager[Any]
    ) -> Iterator[Any]:
        """Lend what *transaction* lends; die just before its commit or just after it."""
        is_housekeeping = threading.current_thread() is not threading.main_thread()
        if is_housekeeping or database._joint.current is not None:  # commits with all the rest
            with transaction as lent:
                yield lent
            return
        commit = next(self._turns)
        with transaction as lent:
            yield lent
            self._die(commit, after=False)
        self._die(commit, after=True)

    def puts(self, put: Callable[..., None], *names: Any) -> None:
        """Put a file in place; die just before or after it."""
        commit = next(self._turns)
        self._die(commit, after=False)
        put(*names)
        self._die(commit, after=True)

    def _die(self, commit: int, *, after: bool) -> None:
        if self._point == Point(commit, after):
            os.kill(os.getpid(), signal.SIGKILL)


def rolls(step: str, folder: Path, begin: Callable[[], None]) -> None:
    """Do one step of a rollover, ``roll``, ``promote`` or ``retire``, with the keys in *folder*."""
    keys = SigningKeys(KeyFiles(folder / "signing.key", folder / "signing.crt"))
    begin()
    if step == "roll":
        keys.roll(keys.current().primary.facts.not_before, kind="ecdsa")
    else:
        getattr(keys, step)()


def _ask(
    node: Node,
    path: str,
    form: dict[str, str] | None,
    cookies: dict[str, str],
    begin: Callable[[], None],
) -> None:
    services = assemble(
        node.config, clock=node.clock, hasher=PasswordHasher(memory_kib=8, passes=1)
    )
    client = create_app(services.config, services=services).test_client()
    for name, value in cookies.items():
        client.set_cookie(name, value)
    client.get(PROBE)  # after the first request, the house is kept
    begin()
    method = "GET" if form is None else "POST"
    client.open(path, method=method, data=form, base_url=node.config.server.base_url)


def _manage(
    node: Node, use_case: str, name: str, options: dict[str, Any], begin: Callable[[], None]
) -> None:
    services = assemble(node.config, clock=node.clock)
    begin()
    getattr(protection, use_case)(services, name, **options)


def _answer(
    node: Node, device: str, challenge: str, answer: dict[str, Any], begin: Callable[[], None]
) -> None:
    services = assemble(node.config, clock=node.clock)
    found = services.mfa.devices.find(device)
    begin()
    services.mfa.push.answer(found, challenge, **answer)
