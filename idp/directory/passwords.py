"""Hashes passwords with argon2id, a few at a time: it is the expensive step of a sign-in.

The threads that do it do nothing else: each thread keeps the memory of a hash (19 MiB) for the next
one, and requests are answered by hundreds of threads.
"""

from __future__ import annotations

import base64
import os
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from adapter.errors import Unavailable
from adapter.sentences import sentence
from idp.admission import UNKNOWN, Room, places_for_passwords
from idp.config import WORKER_THREADS
from idp.directory.turns import Turns
from idp.processor_turns import aside

MAX_PASSWORD_LENGTH = 256

# The OWASP Password Storage Cheat Sheet for argon2id: 19 MiB, two passes, one lane.
MEMORY_KIB = 19 * 1024
PASSES = 2
SALT_BYTES, DIGEST_BYTES = 16, 32

MIN_NEW_PASSWORD_LENGTH = 8
MIN_KINDS_OF_CHARACTERS = 3


class HashingBusy(Unavailable):
    """Raised if too many passwords wait for their hash; the host answers with status 503."""

    code = "too_busy"

    def __init__(self) -> None:
        super().__init__(
            sentence("Too many passwords are being checked"), sentence("Try again in a few seconds")
        )


def is_acceptable(password: str) -> bool:
    """Return whether a password can be hashed: it has 1 to 256 characters."""
    return 0 < len(password) <= MAX_PASSWORD_LENGTH


def check_length_and_kinds(new: str) -> str | None:
    """Return the code of the reason why *new* is no password for any user, or None.

    A new password has three of four kinds of characters: capital letters, small letters, digits,
    and all others.
    """
    if not MIN_NEW_PASSWORD_LENGTH <= len(new) <= MAX_PASSWORD_LENGTH:
        return "new_password_length"
    kinds = {
        "capital" if c.isupper() else "small" if c.islower() else "digit" if c.isdecimal() else ""
        for c in new
    }
    if len(kinds) < MIN_KINDS_OF_CHARACTERS:
        return "new_password_too_simple"
    return None


def check_new_password(new: str, old: str) -> str | None:
    """Return the code of the reason why a user cannot choose *new* after *old*, or None."""
    is_old = "new_password_is_old" if _bytes(new) == _bytes(old) else None
    return check_length_and_kinds(new) or is_old


class PasswordHasher:
    """Computes and compares hashes in at most *slots* threads at a time.

    More threads can wait in *room* for a slot, each for *patience* seconds. So a flood of wrong
    passwords takes at most *slots* cores from all other requests, and the client that sends it
    waits behind all other clients.
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
        self._argon2 = argon2.PasswordHasher(passes, memory_kib, 1, DIGEST_BYTES, SALT_BYTES)
        self._threads = ThreadPoolExecutor(slots, thread_name_prefix="password")
        self._turns = Turns(slots, self.room)
        self._patience = patience
        salt, digest = (_base64(os.urandom(size)) for size in (SALT_BYTES, DIGEST_BYTES))
        self._decoy = f"$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${digest}"

    @classmethod
    def cheapest(cls) -> PasswordHasher:
        """Return one with the least that argon2id can cost: for passwords that are no secrets."""
        return cls(memory_kib=8, passes=1)

    def slot(self, client: str = UNKNOWN) -> AbstractContextManager[None]:
        """Wait for a slot for *client*; it is free again at the end of a block with the result.

        Raises :class:`HashingBusy`.
        """
        with aside():
            turn = self._turns.take(client, self._patience)
        if turn is None:
            raise HashingBusy
        return turn

    def hash(self, password: str) -> str:
        """Return the hash of a password, as it is stored."""
        hashing = self._threads.submit(self._argon2.hash, _bytes(password))
        with aside():
            return hashing.result()

    def matches(self, stored: str | None, password: str) -> bool:
        """Return whether *stored* is the hash of *password*, as slowly for None as for a hash."""
        verify, right = self._argon2.verify, stored or self._decoy
        comparing = self._threads.submit(verify, right, _bytes(password))
        try:
            with aside():
                return comparing.result() and bool(stored)
        except (VerificationError, InvalidHashError):
            return False

    def hash_for_nothing(self) -> None:
        """Take as long as a comparison, for a password that is refused without one."""
        self.matches(None, "wrong")


def normalize(password: str) -> str:
    """Return the one spelling of a password: keyboards compose accented letters differently."""
    return unicodedata.normalize("NFC", password)


def _base64(value: bytes) -> str:
    """Return *value* as stored hashes have it: base64 without padding."""
    return base64.b64encode(value).decode().rstrip("=")


def _bytes(password: str) -> bytes:
    return normalize(password).encode("utf-8", "surrogatepass")
