"""Deletes rows that are no longer needed: after a request, until nothing is due any more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from adapter.clock import Clock
from idp.mfa.password_reset import FAILURES
from idp.store.admin_schema import admin_requests, changes
from idp.store.agreed_time import AgreedTime
from idp.store.engine import Database, StoreUnavailable
from idp.store.mfa_schema import activations, challenges, devices, is_registered
from idp.store.recordings import purge_timelines
from idp.store.schema import (
    log_outs,
    password_resets,
    reset_limits,
    session_participants,
    sign_ins,
    used_once,
)
from idp.store.sign_in_log import KEEP_ALL, LogRetention, newest_entry_at, purge_log
from idp.store.sweep import sweep

GRACE = timedelta(hours=1)
"""Expired keys are kept this much longer, in case a clock was wrong and is set back."""

KEEP_CHALLENGES = timedelta(days=1)
KEEP_ACTIVATIONS = timedelta(days=1)
KEEP_UNREGISTERED = timedelta(hours=1)
"""How long a phone is kept that has not passed the test of its registration."""

INTERVAL_SECONDS = 60.0
"""Seconds between two purges."""

BATCH = 250
"""Rows of one transaction: so few that a sign-in that waits for it does not notice."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How much is kept of what grows with use: sign-in log, audit log, and timelines."""

    sign_ins: LogRetention = KEEP_ALL
    audit: LogRetention = KEEP_ALL
    timelines: LogRetention = KEEP_ALL


KEEP_EVERYTHING = Retention()


@dataclass(frozen=True, slots=True)
class PurgedRows:
    """The number of rows that were deleted from each table."""

    used_once: int
    challenges: int
    activations: int
    session_participants: int = 0
    log_outs: int = 0
    sign_ins: int = 0
    devices: int = 0
    password_resets: int = 0
    reset_limits: int = 0
    changes: int = 0
    timelines: int = 0
    admin_requests: int = 0


def purge(
    database: Database,
    now: datetime,
    keep: Retention = KEEP_EVERYTHING,
    *,
    batch: int = BATCH,
    is_stopped: Callable[[], bool] = lambda: False,
) -> PurgedRows:
    """Delete old rows until none is due, or *is_stopped*; each transaction deletes one *batch*."""
    purges = _purges(database, now, batch, keep)
    return PurgedRows(*(_run(batches, is_stopped) for batches in purges))


def _run(batches: Iterator[int], is_stopped: Callable[[], bool]) -> int:
    """Delete batch after batch; return the number of all their rows."""
    rows = 0
    while not is_stopped() and (deleted := next(batches, None)) is not None:
        rows += deleted
    return rows


def _purges(
    database: Database, now: datetime, limit: int, keep: Retention
) -> tuple[Iterator[int], ...]:
    """Return what deletes the old rows of each kind, in batches, in the order of PurgedRows."""
    unregistered = ~is_registered & (devices.c.activated_at < now - KEEP_UNREGISTERED)
    failed_until = now - FAILURES.window - GRACE
    by_row = partial(sweep, database, limit=limit)
    by_log = partial(_repeat, limit, database, now)
    return (
        by_row(used_once, used_once.c.expires_at < now - GRACE),
        by_row(challenges, challenges.c.created_at < now - KEEP_CHALLENGES),
        by_row(activations, activations.c.expires_at < now - KEEP_ACTIVATIONS),
        by_row(session_participants, session_participants.c.expires_at < now - GRACE),
        by_row(log_outs, log_outs.c.expires_at < now - GRACE),
        by_log(partial(purge_log, log=sign_ins), keep.sign_ins),
        by_row(devices, unregistered),
        by_row(password_resets, password_resets.c.ends_at < now - GRACE),
        by_row(reset_limits, reset_limits.c.last_at < failed_until),
        by_log(partial(purge_log, log=changes), keep.audit),
        by_log(purge_timelines, keep.timelines),
        by_row(admin_requests, admin_requests.c.expires_at < now - GRACE),
    )


def _repeat(
    limit: int,
    database: Database,
    now: datetime,
    purge_some: Callable[[Database, datetime, int, LogRetention], int],
    keep: LogRetention,
) -> Iterator[int]:
    """Delete what a retention does not keep, in batches, until one of them is not full."""
    number = limit
    while number >= limit:
        number = purge_some(database, now, limit, keep)
        yield number


class Housekeeping:
    """Purges after the first call of :meth:`tick`, and then at most once a minute.

    A thread does it, so that no request waits. *clock* decides which rows are old, as far as
    :class:`~idp.store.agreed_time.AgreedTime` believes it; *monotonic* measures intervals. *first*
    is called before each purge.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        keep: Retention = KEEP_EVERYTHING,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        first: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._keep = keep
        self._first = first
        self._monotonic = monotonic
        self._busy = threading.Lock()
        self._stopped = threading.Event()
        self._next = 0.0
        self._time: AgreedTime | None = None

    def tick(self) -> None:
        """Start a purge if it is time, else return at once. After an outage, try again."""
        if self._monotonic() < self._next or not self._busy.acquire(blocking=False):
            return
        self._next = self._monotonic() + INTERVAL_SECONDS
        try:
            threading.Thread(target=self._run, name="housekeeping", daemon=True).start()
        except RuntimeError:  # no thread can be started now
            self._busy.release()

    def wait(self) -> None:
        """Wait until the purge that is under way has ended."""
        with self._busy:
            pass

    def stop(self) -> None:
        """Start no further batch of rows, and wait for the present one."""
        self._stopped.set()
        self.wait()

    def _run(self) -> None:
        try:
            self._first()
            now, is_stopped = self._agreed_now(), self._stopped.is_set
            purge(self._database, now, self._keep, is_stopped=is_stopped)
        except StoreUnavailable:
            self._next = 0.0
        finally:
            self._busy.release()

    def _agreed_now(self) -> datetime:
        wall, monotonic = self._clock.now(), self._monotonic()
        if self._time is None:
            self._time = AgreedTime(wall, monotonic, known=newest_entry_at(self._database))
        return self._time.at(wall, monotonic)
