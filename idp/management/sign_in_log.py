"""Reads the sign-in log for ``/admin/log`` and ``tallystick log``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from adapter.errors import TallystickError

if TYPE_CHECKING:
    from idp.audit.record import LogEntry, SignInRecord
    from idp.services import Services

PAGE_SIZE = 500
LATEST = 100

_SPAN = re.compile(r"(\d{1,6})\s*([mhd])", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class NotATimeError(TallystickError):
    """Raised for a text that is neither a time nor a span of time."""

    code = "not_a_time"

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text[:40]!r} is not a time",
            "Give a span like 90m, 24h or 7d, or a time in UTC like 2026-01-31T08:00",
        )


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which entries are read: all that have every value that is given.

    *user* may be written in any form that is accepted at sign-in; *limit* keeps only the newest.
    """

    user: str | None = None
    activity_id: str | None = None
    since: datetime | None = None
    outcome: str | None = None
    limit: int | None = None


def read_since(text: str, now: datetime) -> datetime:
    """Return the time that *text* names: a span before *now*, or an ISO 8601 time (else UTC).

    Raises :class:`NotATimeError`.
    """
    span = read_span(text)
    try:
        if span is not None:
            return now - span
        at = datetime.fromisoformat(text.strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotATimeError(text) from None


def read_span(text: str) -> timedelta | None:
    """Return the span that *text* names, like ``90m`` or ``7d``; None for any other text."""
    span = _SPAN.fullmatch(text.strip().lower())
    return None if span is None else int(span[1]) * _UNITS[span[2]]


def read(
    services: Services, query: LogQuery = LogQuery(), wait: Callable[[], None] | None = None
) -> Iterator[LogEntry]:
    """Yield the entries that *query* asks for, oldest first.

    With *wait*, the generator never ends: it calls *wait* after the last entry and then yields what
    was added meanwhile.
    """
    find = _finder(services, query)
    last = 0
    if query.limit is not None:
        newest = find(None, query.limit)
        yield from newest
        if wait is None:
            return
        last = newest[-1].id if newest else 0
    while True:
        page = find(last, PAGE_SIZE)
        yield from page
        if page:
            last = page[-1].id
        if len(page) == PAGE_SIZE:
            continue
        if wait is None:
            return
        wait()


def latest(services: Services, query: LogQuery = LogQuery()) -> tuple[SignInRecord, ...]:
    """Return the last :data:`LATEST` records that *query* asks for, newest first."""
    return tuple(entry.record for entry in reversed(_finder(services, query)(None, LATEST)))


def _finder(services: Services, query: LogQuery) -> Callable[[int | None, int], Sequence[LogEntry]]:
    """Return what reads entries: those after an id, or with None the newest; and at most so many.

    An Activity ID may be copied with braces, spaces or capitals.
    """
    found = services.directory.find(query.user) if query.user else None
    user = found.upn if found else query.user
    activity_id = query.activity_id and query.activity_id.strip(" {}\t\n").lower()

    def find(after: int | None, limit: int) -> Sequence[LogEntry]:
        return services.log.read(
            user,
            after,
            limit,
            activity_id=activity_id,
            since=query.since,
            outcome=query.outcome,
        )

    return find
