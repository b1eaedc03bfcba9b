"""Timelines of the flight recorder: one by its Activity ID, a search, and following new ones.

``tallystick trace``, ``/admin/traces`` and ``/admin/api/traces`` call these functions;
:mod:`idp.management.timeline_export` writes one for a bug report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.recorder.store import TimelineQuery

if TYPE_CHECKING:
    from idp.recorder.timeline import Summary, Timeline
    from idp.services import Services

PAGE_SIZE = 50

WHY_NONE = {
    # level    what to do
    "off": sentence('The recorder is off: set [recorder] level = "errors" or "all", and restart'),
    "errors": sentence(
        "Only what is refused is recorded: for the rest set [recorder] level = "
        '"all"; or it has expired (keep_days, keep_count)'
    ),
    "all": sentence("Check the id; or it has expired ([recorder] keep_days, keep_count)"),
}


class NoTimeline(TallystickError):
    """Raised if nothing was recorded, or is recorded any more, of what was asked for."""

    code = "no_timeline"


def existing(services: Services, activity_id: str) -> Timeline:
    """Return the timeline of an Activity ID, which may be copied with braces or capitals.

    Raises :class:`NoTimeline`.
    """
    found = services.recordings.timeline(activity_id.strip(" {}\t\n").lower())
    if found is None:
        remedy = WHY_NONE[services.config.recorder.level]
        raise NoTimeline(
            sentence("There is no timeline of {activity_id}", activity_id=repr(activity_id[:64])),
            remedy,
        )
    return found


def search(
    services: Services, query: TimelineQuery, *, before: int | None = None, limit: int = PAGE_SIZE
) -> tuple[Summary, ...]:
    """Return at most *limit* timelines, newest first: those whose id is less than *before*.

    The user may be written in any form that is accepted at sign-in.
    """
    return services.recordings.search(_canonical(services, query), before=before, limit=limit)


def grown(
    services: Services, query: TimelineQuery, *, after: int, limit: int = PAGE_SIZE
) -> tuple[Summary, ...]:
    """Return at most *limit* timelines, oldest first, that have grown since the id *after*."""
    return services.recordings.grown(_canonical(services, query), after=after, limit=limit)


def follow(services: Services, query: TimelineQuery, wait: Callable[[], None]) -> Iterator[Summary]:
    """Yield each timeline that grows from now on, again and again; calls *wait* in between."""
    query = _canonical(services, query)
    last = services.recordings.newest_id()
    while True:
        page = services.recordings.grown(query, after=last, limit=PAGE_SIZE)
        yield from page
        last = page[-1].id if page else last
        if len(page) < PAGE_SIZE:
            wait()


def none_found(services: Services) -> NoTimeline:
    """Return the error of a search without a match."""
    return NoTimeline(sentence("No timeline matches"), WHY_NONE[services.config.recorder.level])


def _canonical(services: Services, query: TimelineQuery) -> TimelineQuery:
    found = services.directory.find(query.user) if query.user else None
    return replace(query, user=found.upn) if found else query
