"""Requests that were seen before: a client repeats what was not answered in time.

A repeated packet is the same in address, port and every octet (RFC 2865 §2.5). It never starts
anything: while the first is pending it is dropped, and afterwards it gets the same answer.

Identifier and authenticator are not enough: a client with bad random numbers uses them again for
another user, who would get an answer that is not theirs.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from idp.radius.shares import Shares

SECONDS_PENDING = 120.0
"""How long a request is remembered that is never answered."""

SECONDS_ANSWERED = 10.0
"""How long an answer is repeated."""

MAX_SEEN = 20_000
"""Requests that are remembered; what comes beyond is dropped, as if it were lost on the way.

The clients share these places.
"""


class Key(NamedTuple):
    """What makes two packets the same request; ``digest`` is of all its octets.

    ``client`` is the network of the client's row.
    """

    host: str
    client: str
    address: str
    port: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """A request; ``reply`` is its answer, None while it is pending."""

    forget_at: float
    reply: bytes | None = None


class Full(Exception):
    """Raised for a new request if no more of its client can be remembered."""


class Repeats:
    """Remembers requests; used by one thread. *monotonic* returns seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        # In both, what is forgotten first stands first; no request is in both.
        self._pending: OrderedDict[Key, Seen] = OrderedDict()
        self._answered: OrderedDict[Key, Seen] = OrderedDict()
        self._shares = Shares(MAX_SEEN)

    def first(self, key: Key) -> Seen | None:
        """Return the request with this key if it was seen before; else remember it: None.

        Raises :class:`Full`.
        """
        now = self._monotonic()
        self._forget_old(now)
        found = self._answered.get(key) or self._pending.get(key)
        if found is not None:
            return found
        if not self._shares.take((key.host, key.client)):
            raise Full
        self._pending[key] = Seen(now + SECONDS_PENDING)
        return None

    def answered(self, key: Key, reply: bytes) -> None:
        """Remember the answer of a request, if there is a place for it."""
        was_remembered = self._pending.pop(key, None) or self._answered.pop(key, None)
        if was_remembered or self._shares.take((key.host, key.client)):
            self._answered[key] = Seen(self._monotonic() + SECONDS_ANSWERED, reply)

    def forget(self, key: Key) -> None:
        """Let a repetition be taken as new, since the request could not be looked at."""
        if self._pending.pop(key, None) is not None:
            self._shares.give_back((key.host, key.client))

    def _forget_old(self, now: float) -> None:
        for seen in (self._pending, self._answered):
            while seen and next(iter(seen.values())).forget_at <= now:
                key, _ = seen.popitem(last=False)
                self._shares.give_back((key.host, key.client))
