"""The recorder of one process: takes the recordings of requests and stores those that are wanted.

At the level ``errors``, the requests of a sign-in wait in memory until it has ended well, and are
then forgotten. Once something in it is refused they are stored, with everything that comes later.
If several processes answer its requests, each stores its own part within a minute
(:meth:`Recorder.share`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Literal, Protocol

from adapter.errors import TallystickError
from idp.logs import get_logger
from idp.recorder.recording import Recording
from idp.recorder.store import RecordingStore

Level = Literal["off", "errors", "all"]

MAX_HELD_ACTIVITIES = 1000
MAX_HELD_WEIGHT = 16 * 1024 * 1024
"""Bytes of all recordings that wait; beyond either limit, the oldest activity is forgotten."""
MAX_REFUSED_REMEMBERED = 10_000
"""Activities of which further requests are stored since something in them was refused."""


class Quota(Protocol):
    """How many refusals that anybody can cause are stored."""

    def admits(self, client: str) -> bool:
        """Say whether one more is stored, of this client."""


class Recorder:
    """Hands out recordings, and takes them back when their requests are answered."""

    def __init__(
        self, store: RecordingStore, now: Callable[[], datetime], level: Level, quota: Quota
    ) -> None:
        self.level = level
        self._store = store
        self._now = now
        self._quota = quota
        self._lock = threading.Lock()
        self._held: OrderedDict[str, list[Recording]] = OrderedDict()
        self._weight = 0
        self._refused: OrderedDict[str, None] = OrderedDict()

    @property
    def is_on(self) -> bool:
        """Whether anything is recorded."""
        return self.level != "off"

    def begin(self, client_ip: str) -> Recording:
        """Return the recording of a request that has just arrived, which begins an activity."""
        return Recording(self._now, client_ip)

    def finish(self, activity_id: str, recording: Recording) -> None:
        """Take the recording of a request that is answered: store, hold or forget it.

        Never raises: what cannot be recorded is logged, and the sign-in goes on.
        """
        due = self._due(activity_id, recording) if recording else []
        if due:  # which it seldom is
            with _logging_failures(activity_id):
                self._save(activity_id, due)

    def share(self) -> None:
        """Store what this process holds of activities of which another one stored a refusal.

        Others that have ended well are forgotten. Never raises, either.
        """
        with self._lock:
            held = list(self._held)
        with _logging_failures():
            refused = self._store.known(held) if held else frozenset()
            for activity_id in held:
                with self._lock:
                    parts = self._take_shared(activity_id, is_refused=activity_id in refused)
                self._save(activity_id, parts)

    def _due(self, activity_id: str, recording: Recording) -> list[Recording]:
        """Return the recordings of the activity that have to be stored now."""
        if self.level == "all":
            return [recording]
        with self._lock:
            if activity_id in self._refused:
                return [recording]
            if recording.is_refused:
                return self._refusal(activity_id, recording)
            if not recording.is_whole:
                self._hold(activity_id, recording)
            return []

    def _take_shared(self, activity_id: str, *, is_refused: bool) -> list[Recording]:
        """Return what is stored of an activity, since it *is_refused* by another process."""
        if is_refused:
            self._remember_refused(activity_id)
            return self._forget(activity_id)
        if any(each.outcome for each in self._held.get(activity_id, ())):
            self._forget(activity_id)
        return []

    def _refusal(self, activity_id: str, recording: Recording) -> list[Recording]:
        """Return what is stored of an activity in which something is refused the first time."""
        held = self._forget(activity_id)
        if not recording.is_proved and not self._quota.admits(recording.client_ip):
            return []
        self._remember_refused(activity_id)
        return [*held, recording]

    def _hold(self, activity_id: str, recording: Recording) -> None:
        self._held.setdefault(activity_id, []).append(recording)
        self._weight += recording.weight
        while len(self._held) > MAX_HELD_ACTIVITIES or self._weight > MAX_HELD_WEIGHT:
            self._forget(next(iter(self._held)))

    def _forget(self, activity_id: str) -> list[Recording]:
        held = self._held.pop(activity_id, [])
        self._weight -= sum(each.weight for each in held)
        return held

    def _remember_refused(self, activity_id: str) -> None:
        self._refused[activity_id] = None
        if len(self._refused) > MAX_REFUSED_REMEMBERED:
            self._refused.popitem(last=False)

    def _save(self, activity_id: str, recordings: Iterable[Recording]) -> None:
        parts = [each.part(activity_id) for each in recordings]
        if parts:
            self._store.add(parts)


@contextmanager
def _logging_failures(activity_id: str = "") -> Iterator[None]:
    """Log whatever is raised inside, and go on."""
    try:
        yield
    except TallystickError as error:
        get_logger().error("recording_not_stored", code=error.code, activity_id=activity_id)
    except Exception as error:
        name = type(error).__name__
        get_logger().error("recording_not_stored", code=name, activity_id=activity_id)
