"""Requests that were seen before: a client repeats what was not answered in time.

A repeated packet is the same in address, port, identifier and authenticator (RFC 2865 §3). It never
starts anything: while the first is pending it is dropped, and afterwards it gets the same answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

SECONDS_PENDING = 120.0
"""How long a request is remembered that is never answered."""

SECONDS_ANSWERED = 10.0
"""How long an answer is repeated."""

MAX_SEEN = 20_000
"""Requests that are remembered; what comes beyond is dropped, as if it were lost on the way."""


class Key(NamedTuple):
    """What makes two packets the same request."""

    host: str
    address: str
    port: int
    identifier: int
    authenticator: bytes


@dataclass(slots=True)
class Seen:
    """A request; ``reply`` is its answer, None while it is pending."""

    key: Key
    forget_at: float
    reply: bytes | None = None


class Full(Exception):
    """Raised for a new request if no more can be remembered."""


class Repeats:
    """Remembers requests; used by one thread. *monotonic* returns seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._seen: dict[Key, Seen] = {}
        self._pending: deque[Seen] = deque()
        self._answered: deque[Seen] = deque()

    def first(self, key: Key) -> Seen | None:
        """Return the request with this key if it was seen before; else remember it: None.

        Raises :class:`Full`.
        """
        self._forget_old()
        found = self._seen.get(key)
        if found is not None:
            return found
        if len(self._seen) >= MAX_SEEN:
            raise Full
        seen = Seen(key, self._monotonic() + SECONDS_PENDING)
        self._seen[key] = seen
        self._pending.append(seen)
        return None

    def answered(self, key: Key, reply: bytes) -> None:
        """Remember the answer of a request."""
        answered = Seen(key, self._monotonic() + SECONDS_ANSWERED, reply)
        self._seen[key] = answered
        self._answered.append(answered)

    def forget(self, key: Key) -> None:
        """Let a repetition be taken as new, since the request could not be looked at."""
        self._seen.pop(key, None)

    def _forget_old(self) -> None:
        now = self._monotonic()
        for line in (self._pending, self._answered):
            while line and line[0].forget_at <= now:
                old = line.popleft()
                if self._seen.get(old.key) is old:
                    del self._seen[old.key]
