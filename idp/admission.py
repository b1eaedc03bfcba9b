"""Who may wait: a fixed number of places, shared evenly between the clients that want them.

Whatever waits for somebody else is admitted here: a request for the rest of its body, a password
for its turn to be checked, a phone's request for news, a sign-in for the answer of a phone. Each
has a :class:`Room` of its own. The rooms in which a thread waits are sized from the threads that
there are (:func:`places_for_phones`, :func:`places_for_answers`, :func:`places_for_passwords`), so
that together they never take all.

A client that has no place, or needs none, asks again and again: :class:`ReturnTimes` says when, so
that a crowd has to wait longer instead of taking more of the processor.

A client may take every place that nobody else wants. When a room is full, a client that holds fewer
places than another one gets the newest place of the client that holds the most.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address

MAX_BODIES = 128
"""Requests of a process that wait for their bodies at a time. Each may hold a mebibyte."""

RETURNING_PHONES = 100
"""Phones without a place that ask a process again in a second."""

RETURNING_PAGES = 50
"""Pages without a place that ask a process again in a second."""

MAX_RETURN_SECONDS = 10
"""The longest pause that a phone or a page is asked for."""

MAX_PASSWORDS = 50
"""Passwords of a process that wait for their turn at a time: more would wait for too long."""

IPV6_PREFIX = 64
"""Bits of an IPv6 address that name a client: whoever has one address has all of its /64."""

UNKNOWN = "unknown"
"""The client of all requests whose address is not known."""


@lru_cache(maxsize=1024)
def client_of(address: str) -> str:
    """Return the client that an address belongs to: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return UNKNOWN
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((int(parsed), IPV6_PREFIX), strict=False))


def places_for_phones(threads: int) -> int:
    """Return how many of a process's threads may wait for phones."""
    return max(1, threads // 2)


def places_for_answers(threads: int) -> int:
    """Return how many of a process's threads may hold a sign-in that hangs until it is answered."""
    return max(1, threads // 3)


def places_for_passwords(threads: int) -> int:
    """Return how many of a process's threads may wait to check a password."""
    return max(1, min(MAX_PASSWORDS, threads // 12))


class NoPlace(Exception):
    """Raised when a room is full, and no client holds more places than the one that asks."""


@dataclass(eq=False, slots=True)
class Place:
    """One place in a room; *give_up* ends the wait of its holder."""

    client: str
    give_up: Callable[[], None] = field(repr=False)


class Room:
    """A number of places. All methods may be called by any thread."""

    def __init__(self, places: int) -> None:
        self.places = places
        self._lock = threading.Lock()
        self._held: dict[str, list[Place]] = {}
        self._taken = 0

    def enter(self, client: str, give_up: Callable[[], None]) -> Place:
        """Take a place for *client*, if need be from the client that holds the most.

        *give_up* is called, by another thread, when this place goes to another client: the holder
        should stop waiting soon. Raises :class:`NoPlace`.
        """
        place = Place(client, give_up)
        with self._lock:
            loser = self._taken_from(client) if self._taken >= self.places else None
            if loser is not None:
                self._remove(loser)
            self._held.setdefault(client, []).append(place)
            self._taken += 1
        if loser is not None:
            loser.give_up()
        return place

    def leave(self, place: Place) -> None:
        """Give a place back; nothing happens if it has already gone to another client."""
        with self._lock:
            if place in self._held.get(place.client, ()):
                self._remove(place)

    def has_place_for(self, client: str) -> bool:
        """Return whether *client* would get a place now."""
        with self._lock:
            return self._taken < self.places or self._gives_way_to(client)

    def is_full(self) -> bool:
        """Return whether every place is taken."""
        with self._lock:
            return self._taken >= self.places

    def is_closed_to_newcomers(self) -> bool:
        """Return whether a client that holds no place yet would get none."""
        with self._lock:
            return self._taken >= self.places and self._most() <= 1

    def _taken_from(self, client: str) -> Place:
        """Return the place that *client* gets; afterwards the loser still holds no fewer."""
        if not self._gives_way_to(client):
            raise NoPlace
        return max(self._held.values(), key=len)[-1]

    def _gives_way_to(self, client: str) -> bool:
        return self._most() > len(self._held.get(client, ())) + 1

    def _most(self) -> int:
        return max(map(len, self._held.values()), default=0)

    def _remove(self, place: Place) -> None:
        held = self._held[place.client]
        held.remove(place)
        if not held:
            del self._held[place.client]
        self._taken -= 1


class ReturnTimes:
    """Tells each of a crowd when to come back, so that no more than *per_second* do."""

    def __init__(self, per_second: int, *, now: Callable[[], float] = time.monotonic) -> None:
        self._between = 1 / per_second
        self._now = now
        self._lock = threading.Lock()
        self._next = 0.0

    def next_seconds(self) -> int:
        """Return in how many seconds the one that asks now is expected, 1 to 10."""
        with self._lock:
            now = self._now()
            earliest = max(self._next, now) + self._between
            self._next = min(earliest, now + MAX_RETURN_SECONDS)
        return max(1, math.ceil(self._next - now))


class Admission:
    """The rooms of one process that has so many threads."""

    def __init__(self, threads: int, *, passwords: Room) -> None:
        """*passwords* is the room of the process's password hasher."""
        self.bodies = Room(MAX_BODIES)
        self.passwords = passwords
        self.phones = Room(places_for_phones(threads))
        self.answers = Room(places_for_answers(threads))
        self.refused_phones = ReturnTimes(RETURNING_PHONES)
        self.waiting_pages = ReturnTimes(RETURNING_PAGES)

    def fit(self, threads: int) -> None:
        """Size the rooms in which threads wait for another number of threads."""
        self.passwords.places = places_for_passwords(threads)
        self.phones.places = places_for_phones(threads)
        self.answers.places = places_for_answers(threads)

    def full_rooms(self) -> tuple[str, ...]:
        """Return the names of the rooms in which every place is taken."""
        rooms = {
            "bodies": self.bodies,
            "passwords": self.passwords,
            "phones": self.phones,
            "answers": self.answers,
        }
        return tuple(name for name, room in rooms.items() if room.is_full())

    def is_closed_to_newcomers(self) -> bool:
        """Return whether a client with no place yet could not sign in now.

        Phones do not count: one without a place asks again. Nor do hanging sign-ins: their users
        are told to try again, and all other ways to sign in are free.
        """
        return self.bodies.is_closed_to_newcomers() or self.passwords.is_closed_to_newcomers()
