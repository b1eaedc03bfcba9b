"""The threads that a server keeps beside its requests: each does some work again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable

LONGEST_WAIT_SECONDS = 10.0
"""How long the end of a server waits for a round that is under way; then it goes on without it."""


class Rounds:
    """Calls *work* in a thread, so many *seconds* after each other, until it is stopped.

    *work* raises nothing: what it does after a fault is its own decision.
    """

    def __init__(self, name: str, work: Callable[[], None], seconds: float) -> None:
        self._work = work
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_stopped(self) -> bool:
        """Whether :meth:`stop` was called: a long round may end early."""
        return self._stopped.is_set()

    def pause(self, seconds: float) -> None:
        """Wait within a round, so that requests have their turn; :meth:`stop` ends it."""
        self._stopped.wait(seconds)

    def start(self) -> None:
        """Begin the first round in so many seconds."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no further round, and wait for the one that is under way.

        What it works on, such as the database, is closed afterwards.
        """
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(LONGEST_WAIT_SECONDS)

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            self._work()
