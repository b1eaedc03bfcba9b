"""Calling a stranger's code that may never come back, with an end to the wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PLACES = threading.BoundedSemaphore(32)
"""So many calls may be under way, or have been given up and hang for ever; then none is made."""


class NoAnswer(Exception):
    """Raised when a call did not come back in time, or there was no place left to make it."""


def call_within(seconds: float, call: Callable[[], T]) -> T:
    """Return what *call* returns, or raise what it raises.

    It runs in a thread of its own, which nobody waits for any more after *seconds*: then, and
    where too many hang already, raises :class:`NoAnswer`.
    """
    if not PLACES.acquire(blocking=False):
        raise NoAnswer
    answers: list[T] = []
    thrown: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(call())
        except BaseException as error:  # SystemExit, too, ends nothing but this thread
            thrown.append(error)
        finally:
            PLACES.release()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    for error in thrown:
        raise error
    if not answers:
        raise NoAnswer
    return answers[0]
