"""Calls foreign code that may never return, and stops waiting after a time limit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PLACES = threading.BoundedSemaphore(32)
"""Upper limit of calls under way, those included that were given up and hang for ever."""


class NoAnswer(Exception):
    """Raised when a call did not return in time, or too many calls were under way."""


def call_within(seconds: float, call: Callable[[], T]) -> T:
    """Return what *call* returns, or raise what it raises.

    The call runs in a thread of its own. After *seconds*, or if too many calls hang already,
    raises :class:`NoAnswer`; the thread is left alone.
    """
    if not PLACES.acquire(blocking=False):
        raise NoAnswer
    answers: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(call())
        except BaseException as error:  # SystemExit, too, ends only this thread
            raised.append(error)
        finally:
            PLACES.release()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    for error in raised:
        raise error
    if not answers:
        raise NoAnswer
    return answers[0]
