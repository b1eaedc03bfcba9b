"""Makes token-signing keys, promotes them from secondary to primary, and retires them.

By age, it follows AD FS (``Get-AdfsProperties``, the properties ``Certificate…Threshold``): the
next key is made 20 days before the primary expires and published for 5 days before it signs. With
2 days left or less, it signs at once.
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

GENERATION_THRESHOLD = timedelta(days=20)
PROMOTION_THRESHOLD = timedelta(days=5)
CRITICAL_THRESHOLD = timedelta(days=2)

CHECK_INTERVAL = 3600.0
"""Seconds between two checks of the keys' age."""

RETRY_INTERVAL = 10.0
"""Seconds until keys that could not be read are read again."""


@dataclass(frozen=True, slots=True)
class DueChanges:
    """The changes that the age of the keys requires."""

    roll: bool = False
    promote: bool = False
    retire: bool = False

    def __bool__(self) -> bool:
        return self.roll or self.promote or self.retire


def find_due_changes(ring: Ring, now: datetime) -> DueChanges:
    """Return the changes that *ring* needs at *now*."""
    left = ring.primary.facts.not_after - now
    following = ring.next
    if following is not None:
        published = now - following.facts.not_before
        return DueChanges(promote=published >= PROMOTION_THRESHOLD or left <= CRITICAL_THRESHOLD)
    before = ring.secondary
    return DueChanges(
        roll=left <= GENERATION_THRESHOLD,
        promote=left <= CRITICAL_THRESHOLD,
        retire=before is not None and before.facts.not_after <= now,
    )


class SigningKeys:
    """The keys that a server signs with, as *files* hold them at each moment.

    If the files change into something unreadable, *on_fault* is called with the error, and the keys
    that were read last stay in use. With *automatic*, :meth:`check` changes keys by their age.
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
        self._seen: tuple[tuple[int, int] | None, Ring] = (files.version, files.read())

    def current(self) -> Ring:
        """Return the keys; reads them again if their list has changed."""
        version = self._files.version
        if version != self._seen[0] and version is not None:
            self._reload(version)
        return self._seen[1]

    def must_be_readable(self) -> None:
        """Raise :class:`TallystickError` if the files hold no readable keys any more.

        This server still signs with the keys it has read, but other nodes may use new ones.
        """
        self._files.read()

    def check(self, now: datetime) -> None:
        """Make, promote or retire a key if their age requires it; looks once an hour."""
        if not self._automatic or time.monotonic() < self._next_check:
            return
        self._next_check = time.monotonic() + CHECK_INTERVAL
        try:
            if find_due_changes(self.current(), now):
                self.act_on_age(now)
        except TallystickError as error:
            self._on_fault(error)

    def act_on_age(self, now: datetime) -> DueChanges:
        """Make the changes that are due and return them; a lock lets one server at a time do it."""
        with self._files.locked() as ring:
            wanted = find_due_changes(ring, now)
            if wanted.roll:
                ring = self._made(ring, now, None)
            if wanted.promote and ring.next is not None:
                ring = self._files.write(ring.next, ring.primary)
            if wanted.retire and not wanted.roll:
                self._files.write(ring.primary)
        return wanted

    def roll(self, now: datetime, *, kind: KeyKind | None = None, urgent: bool = False) -> Ring:
        """Make the next key and publish it. It signs once promoted; if *urgent*, at once.

        A secondary that signed before is not published any more. Raises :class:`NoSuchKey` if
        there is a next key already.
        """
        with self._files.locked() as ring:
            if ring.next is not None:
                raise NoSuchKey(
                    "There is a next key already",
                    "Promote it with tallystick keys promote, or retire it",
                    code="key_is_pending",
                )
            made = self._made(ring, now, kind)
            return self._files.write(*reversed(made.keys)) if urgent else made

    def promote(self, thumbprint: str | None = None) -> Ring:
        """Let the secondary sign. The old primary stays published but never signs again by age.

        Raises :class:`NoSuchKey` if there is no secondary, or *thumbprint* is not its own.
        """
        with self._files.locked() as ring:
            return self._files.write(_secondary(ring, thumbprint), ring.primary)

    def retire(self, thumbprint: str | None = None) -> Ring:
        """Stop publishing the secondary; its files stay. Raises :class:`NoSuchKey`."""
        with self._files.locked() as ring:
            _secondary(ring, thumbprint)
            return self._files.write(ring.primary)

    def _made(self, ring: Ring, now: datetime, kind: KeyKind | None) -> Ring:
        """Make a key, store it as the secondary that signs next, and return the ring."""
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

    def _reload(self, version: tuple[int, int]) -> None:
        with self._lock:
            if version == self._seen[0] or time.monotonic() < self._next_try:
                return
            try:
                self._seen = (version, self._files.read())
            except TallystickError as error:
                self._next_try = time.monotonic() + RETRY_INTERVAL
                self._on_fault(error)


def _secondary(ring: Ring, thumbprint: str | None) -> StoredKey:
    """Return the secondary. *thumbprint* can be the first characters of its own, at least 8."""
    wanted = (thumbprint or "").replace(":", "").lower()
    found = ring.secondary
    if found is None or (thumbprint is not None and not _matches(found, wanted)):
        if thumbprint is not None and _matches(ring.primary, wanted):
            raise NoSuchKey(
                "This key is the one that signs", "Promote the other one first", code="key_signs"
            )
        raise NoSuchKey("There is no such secondary key", "See tallystick keys list")
    return found


def _matches(key: StoredKey, wanted: str) -> bool:
    return len(wanted) >= 8 and key.facts.thumbprint.startswith(wanted)
