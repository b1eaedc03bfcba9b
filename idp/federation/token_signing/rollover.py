"""The life of token-signing keys: made as secondary, promoted to primary, retired.

Every change is one of the ring in :mod:`idp.federation.token_signing.ring`. What age calls for is
the rule of AD FS (``Get-AdfsProperties``): the next key is made 20 days before the primary
ends and published for 5 days before it signs; with 2 days left there is no time
for that, and both happen at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapter.errors import TallystickError
from idp.federation.token_signing.key_files import create_signing_key
from idp.federation.token_signing.ring import KeyFiles, NoSuchKey, Ring, StoredKey
from idp.saml.keys import KeyKind

GENERATION = timedelta(days=20)
PROMOTION = timedelta(days=5)
CRITICAL = timedelta(days=2)

INTERVAL = 3600.0
"""Seconds between two looks at the keys' age."""

RETRY = 10.0
"""Seconds before keys that could not be read are tried again."""


@dataclass(frozen=True, slots=True)
class Due:
    """What age calls for."""

    roll: bool = False
    promote: bool = False
    retire: bool = False

    def __bool__(self) -> bool:
        return self.roll or self.promote or self.retire


def due(ring: Ring, now: datetime) -> Due:
    """Return what is to be done with *ring* at *now*."""
    left = ring.primary.facts.not_after - now
    following = ring.next
    if following is not None:
        published = now - following.facts.not_before
        return Due(promote=published >= PROMOTION or left <= CRITICAL)
    before = ring.secondary
    return Due(
        roll=left <= GENERATION,
        promote=left <= CRITICAL,
        retire=before is not None and before.facts.not_after <= now,
    )


class SigningKeys:
    """The keys that a server signs with, as they are in *files* at each moment.

    Keys changed into something that cannot be read are told to *on_fault*; the server goes on with
    those it has.
    """

    def __init__(
        self,
        files: KeyFiles,
        *,
        automatic: bool = True,
        on_fault: Callable[[TallystickError], None] = lambda _: None,
    ) -> None:
        self._files = files
        self._automatic = automatic
        self._on_fault = on_fault
        self._lock = threading.Lock()
        self._next_check = self._next_try = 0.0
        self._seen: tuple[tuple[int, int] | None, Ring] = (files.stamp, files.read())

    def current(self) -> Ring:
        """Return the keys, read anew where somebody has changed them."""
        stamp = self._files.stamp
        if stamp != self._seen[0] and stamp is not None:
            self._read_again(stamp)
        return self._seen[1]

    def must_be_readable(self) -> None:
        """Raise :class:`TallystickError` where the files hold no keys any more.

        A server goes on with those it has read; but others of the farm may sign with new ones.
        """
        self._files.read()

    def check(self, now: datetime) -> None:
        """Do what the age of the keys calls for, once an hour; cost-free otherwise."""
        if not self._automatic or time.monotonic() < self._next_check:
            return
        self._next_check = time.monotonic() + INTERVAL
        try:
            if due(self.current(), now):
                self.act_on_age(now)
        except TallystickError as error:
            self._on_fault(error)

    def act_on_age(self, now: datetime) -> Due:
        """Do what age calls for and return it; of several servers, one does it."""
        with self._files.changing() as ring:
            wanted = due(ring, now)
            if wanted.roll:
                ring = self._made(ring, now, None)
            if wanted.promote and ring.next is not None:
                ring = self._files.write(ring.next, ring.primary)
            if wanted.retire and not wanted.roll:
                self._files.write(ring.primary)
        return wanted

    def roll(self, now: datetime, *, kind: KeyKind | None = None, urgent: bool = False) -> Ring:
        """Make the next key and publish it; it signs when promoted, at once where *urgent*.

        A key that signed before the present one is no longer published then. Raises
        :class:`NoSuchKey` when there is a next one already.
        """
        with self._files.changing() as ring:
            if ring.next is not None:
                raise NoSuchKey(
                    "There is a next key already",
                    "Promote it with tallystick keys promote, or retire it",
                    code="key_is_pending",
                )
            made = self._made(ring, now, kind)
            return self._files.write(*reversed(made.keys)) if urgent else made

    def promote(self, thumbprint: str | None = None) -> Ring:
        """Let the secondary sign; the primary stays published, and is not promoted again by age.

        Raises :class:`NoSuchKey`.
        """
        with self._files.changing() as ring:
            return self._files.write(_secondary(ring, thumbprint), ring.primary)

    def retire(self, thumbprint: str | None = None) -> Ring:
        """Publish the secondary no longer; its files stay. Raises :class:`NoSuchKey`."""
        with self._files.changing() as ring:
            _secondary(ring, thumbprint)
            return self._files.write(ring.primary)

    def _made(self, ring: Ring, now: datetime, kind: KeyKind | None) -> Ring:
        """Return the ring with a new key behind its primary."""
        facts = ring.primary.facts
        paths = self._files.free_paths()
        key = create_signing_key(
            *paths,
            common_name=facts.common_name,
            now=now,
            kind=kind or ("ecdsa" if facts.kind == "ecdsa" else "rsa"),
            passphrase=self._files.passphrase,
        )
        return self._files.write(
            ring.primary, self._files.stored(key, *paths), next_is_published=True
        )

    def _read_again(self, stamp: tuple[int, int]) -> None:
        with self._lock:
            if stamp == self._seen[0] or time.monotonic() < self._next_try:
                return
            try:
                self._seen = (stamp, self._files.read())
            except TallystickError as error:
                self._next_try = time.monotonic() + RETRY
                self._on_fault(error)


def _secondary(ring: Ring, thumbprint: str | None) -> StoredKey:
    """Return the secondary; a *thumbprint* may be its beginning, of at least 8 characters."""
    wanted = (thumbprint or "").replace(":", "").lower()
    found = ring.secondary
    if found is None or (thumbprint is not None and not _names(found, wanted)):
        if thumbprint is not None and _names(ring.primary, wanted):
            raise NoSuchKey(
                "This key is the one that signs", "Promote the other one first", code="key_signs"
            )
        raise NoSuchKey("There is no such secondary key", "See tallystick keys list")
    return found


def _names(key: StoredKey, wanted: str) -> bool:
    return len(wanted) >= 8 and key.facts.thumbprint.startswith(wanted)
