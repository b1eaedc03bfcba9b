"""Reads the sign-in log for ``/admin/log``, ``/admin/api/sign-ins`` and ``tallystick log``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapter.errors import TallystickError
from idp.audit.sign_in_log import ALL_ENTRIES, LogQuery

if TYPE_CHECKING:
    from idp.audit.record import LogEntry
    from idp.services import Services


PAGE_SIZE = 500
SHOWN = 50
"""Entries on a page."""
MAX_SHOWN = 500

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
class LogPage:
    """A page of the log, newest first.

    ``older`` is the ``before`` of the next page, and ``newer`` the ``after`` of the one before it;
    None if there is none. ``recorded`` are the Activity IDs of which the flight recorder has kept a
    timeline.
    """

    entries: tuple[LogEntry, ...]
    older: int | None
    newer: int | None
    recorded: frozenset[str]

    def as_json(self) -> dict[str, Any]:
        """Return the page for scripts."""
        entries = [
            {**each.as_json(), "recorded": each.record.activity_id in self.recorded}
            for each in self.entries
        ]
        return {"entries": entries, "next": self.older, "previous": self.newer}


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
    services: Services,
    query: LogQuery = ALL_ENTRIES,
    *,
    limit: int | None = None,
    wait: Callable[[], None] | None = None,
) -> Iterator[LogEntry]:
    """Yield the entries that *query* asks for, oldest first; with *limit*, only the newest.

    With *wait*, the generator never ends: it calls *wait* after the last entry and then yields what
    was added meanwhile.
    """
    query, log, last = _as_stored(services, query), services.log, 0
    if limit is not None:
        newest = log.read(query, limit=limit)
        yield from newest
        if wait is None:
            return
        last = newest[-1].id if newest else 0
    while True:
        entries = log.read(query, after_id=last, limit=PAGE_SIZE)
        yield from entries
        if entries:
            last = entries[-1].id
        if len(entries) == PAGE_SIZE:
            continue
        if wait is None:
            return
        wait()


def page(
    services: Services,
    query: LogQuery = ALL_ENTRIES,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = SHOWN,
) -> LogPage:
    """Return a page of the entries that *query* asks for: the newest, or from an entry on.

    *before* is the id that older entries come before, *after* the one that newer ones follow. A
    page of newer ones that is not full becomes the newest page.
    """
    query = _as_stored(services, query)
    if after is not None:
        found = services.log.read(query, after_id=after, limit=limit + 1)
        if len(found) > limit:
            shown = tuple(reversed(found[:limit]))
            return LogPage(shown, shown[-1].id, shown[0].id, _recorded(services, shown))
        before = None
    found = services.log.read(query, before_id=before, limit=limit + 1)
    shown = tuple(reversed(found))[:limit]
    newest = shown[0].id if shown else (before or 1) - 1
    return LogPage(
        entries=shown,
        older=shown[-1].id if len(found) > limit else None,
        newer=None if before is None else newest,
        recorded=_recorded(services, shown),
    )


def _recorded(services: Services, entries: Sequence[LogEntry]) -> frozenset[str]:
    return services.recordings.known({each.record.activity_id for each in entries})


def _as_stored(services: Services, query: LogQuery) -> LogQuery:
    """Return the query with user and Activity ID as entries have them.

    The user may be named in any form that is accepted at sign-in. An Activity ID may be copied with
    braces, spaces or capitals.
    """
    found = services.directory.find(query.user) if query.user else None
    return replace(
        query,
        user=found.upn if found else query.user,
        activity_id=query.activity_id and query.activity_id.strip(" {}\t\n").lower(),
    )
