"""Hashing passwords with argon2id: the one expensive step of a sign-in, so it is done in turns."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from adapter.errors import Unavailable
from idp.admission import UNKNOWN, Room, places_for_passwords
from idp.config import WORKER_THREADS
from idp.directory.turns import Turns

MAX_PASSWORD_LENGTH = 256

# OWASP's recommendation for argon2id: 19 MiB, two passes, one lane.
MEMORY_KIB = 19 * 1024
PASSES = 2


MIN_NEW_PASSWORD_LENGTH = 8
KINDS_OF_CHARACTERS = 3


class HashingBusy(Unavailable):
    """Raised when too many passwords wait to be checked; the host answers 503."""

    code = "too_busy"

    def __init__(self) -> None:
        super().__init__("Too many passwords are being checked", "Try again in a few seconds")


def is_acceptable(password: str) -> bool:
    """Say whether a password is worth hashing: neither empty nor longer than 256 characters."""
    return 0 < len(password) <= MAX_PASSWORD_LENGTH


def complaint(new: str, old: str) -> str | None:
    """Say by a code why a user may not choose *new* after *old*, None when they may.

    Of capital and small letters, digits and everything else, three kinds have to be there.
    """
    if not MIN_NEW_PASSWORD_LENGTH <= len(new) <= MAX_PASSWORD_LENGTH:
        return "new_password_length"
    kinds = {
        "capital" if c.isupper() else "small" if c.islower() else "digit" if c.isdecimal() else ""
        for c in new
    }
    if len(kinds) < KINDS_OF_CHARACTERS:
        return "new_password_too_simple"
    return "new_password_is_old" if _bytes(new) == _bytes(old) else None


class PasswordHasher:
    """Hashes and verifies, *slots* at a time; others wait in *room* for *patience* seconds.

    A flood of wrong passwords therefore takes at most *slots* cores from everybody else, and the
    client that sends it waits behind everybody else.
    """

    def __init__(
        self,
        *,
        memory_kib: int = MEMORY_KIB,
        passes: int = PASSES,
        slots: int | None = None,
        room: Room | None = None,
        patience: float = 10.0,
    ) -> None:
        slots = slots or max(1, (os.cpu_count() or 2) // 2)
        self.room = room or Room(places_for_passwords(WORKER_THREADS))
        self._argon2 = argon2.PasswordHasher(passes, memory_kib, 1)
        self._turns = Turns(slots, self.room)
        self._patience = patience
        self._nobodys = self._argon2.hash("")

    @contextmanager
    def turn(self, client: str = UNKNOWN) -> Iterator[None]:
        """Wait for a slot for *client* and keep it meanwhile; raises :class:`HashingBusy`."""
        turn = self._turns.take(client, self._patience)
        if turn is None:
            raise HashingBusy
        with turn:
            yield

    def hash(self, password: str) -> str:
        """Return the hash to store."""
        return self._argon2.hash(_bytes(password))

    def matches(self, stored: str | None, password: str) -> bool:
        """Compare, in the same time for a right, a wrong and (None) a missing hash."""
        try:
            return self._argon2.verify(stored or self._nobodys, _bytes(password)) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False

    def spend(self) -> None:
        """Take the time of a comparison, for a password that is not looked at."""
        self.matches(None, "wrong")


def _bytes(password: str) -> bytes:
    # Keyboards differ in how they compose accented letters.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
