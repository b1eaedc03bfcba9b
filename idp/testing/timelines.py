"""The timelines of a test's sign-ins: as values, and as the section of a failing test's report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.management import timelines
from idp.management.timeline_texts import lines_of
from idp.recorder.store import TimelineQuery

if TYPE_CHECKING:
    from idp.recorder.timeline import Timeline
    from idp.services import Services

TITLE = "timelines of the sign-ins (tallystick)"
MAX_TIMELINES = 1000
MAX_SHOWN = 5
"""Timelines below a failure: the newest ones."""


def timelines_of(services: Services) -> tuple[Timeline, ...]:
    """Return all timelines, the one that changed last at the end."""
    found = timelines.search(services, TimelineQuery(), limit=MAX_TIMELINES)
    return tuple(timelines.existing(services, each.activity_id) for each in reversed(found))


def section_of(services: Services) -> list[tuple[str, str]]:
    """Return the section of the report with its title; none if nothing was recorded.

    Of sign-ins that were refused it has the messages, too.
    """
    try:
        recorded = timelines_of(services)
    except TallystickError as error:  # a test may take the database away
        return [(TITLE, f"They cannot be read: {error}")]
    shown = (
        "\n".join(lines_of(each, xml=each.summary.is_refused)) for each in recorded[-MAX_SHOWN:]
    )
    text = "\n\n".join(shown)
    return [(TITLE, text)] if text else []
