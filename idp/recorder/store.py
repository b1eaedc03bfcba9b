"""The storage protocol of the recorder, and what can be searched for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from idp.recorder.timeline import Part, Summary, Timeline


@dataclass(frozen=True, slots=True)
class TimelineQuery:
    """Which timelines are wanted: all that have every value that is given.

    ``user``, ``trust``, ``outcome`` and ``code`` are whole values; ``text`` is a part of any step,
    in any case. ``since`` and ``until`` are about the last step.
    """

    user: str = ""
    trust: str = ""
    outcome: str = ""
    code: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


class RecordingStore(Protocol):
    """Keeps recorded requests; steps come back in the order in which they happened."""

    def add(self, parts: Sequence[Part]) -> None:
        """Store the parts in one transaction that does not wait for the disk."""

    def known(self, activity_ids: Collection[str]) -> frozenset[str]:
        """Return those of the ids that have a timeline."""

    def timeline(self, activity_id: str) -> Timeline | None:
        """Return a timeline, None without one."""

    def search(
        self, query: TimelineQuery, *, before: int | None = None, limit: int = 50
    ) -> tuple[Summary, ...]:
        """Return at most *limit* timelines, newest first: those whose id is less than *before*."""

    def grown(self, query: TimelineQuery, *, after: int, limit: int = 50) -> tuple[Summary, ...]:
        """Return at most *limit* timelines, oldest first, that grew since the id *after*."""

    def newest_id(self) -> int:
        """Return the id of the timeline that grew last, 0 without one."""
