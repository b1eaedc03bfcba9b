"""Access passes: administrators issue them; each attempt is counted before it is checked."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from adapter.clock import Clock
from adapter.mfa import tokens
from adapter.mfa.access_pass import access_pass as passes
from adapter.mfa.access_pass import limits
from adapter.mfa.access_pass.access_pass import AccessPass
from adapter.mfa.access_pass.limits import PassLimits
from adapter.mfa.access_pass.store import AccessPassStore, PassTransaction
from adapter.mfa.methods import ACCESS_PASS, RegisteredMethod
from adapter.mfa.protection.block import BLOCKED, is_in_force

REMEMBER_TRIED = timedelta(hours=2)
"""How long a pass tried in one attempt is recognised: longer than a page of it can be posted."""

NO_PASS = bytes(32)
"""What is compared for a user without a pass: no digest is equal to it."""


class PassOutcome(StrEnum):
    """The outcome of one attempt; the values are those of the sign-in log."""

    RIGHT = "right"
    WRONG = "wrong_pass"
    REPEATED = "wrong_pass_again"
    EXPIRED = "pass_expired"
    NOT_YET = "pass_not_valid_yet"
    USED = "pass_already_used"
    LOCKED = "passes_locked"
    BLOCKED = BLOCKED


@dataclass(frozen=True, slots=True)
class Issued:
    """A new pass with its ``text``, which nothing can tell again."""

    text: str
    access_pass: AccessPass


class AccessPasses:
    """The access passes of all users: at most one each, over a store.

    ``key`` is the farm's key for digests, 32 bytes.
    """

    kind = ACCESS_PASS

    def __init__(self, store: AccessPassStore, clock: Clock, key: bytes, random: Random) -> None:
        self._store = store
        self._clock = clock
        self._key = key
        self._random = random

    def methods_of(self, user: str) -> Sequence[RegisteredMethod]:
        """Return the user's pass if it may still be used, without its text."""
        found = self._store.find(user)
        if found is None or not found.is_listed(self._clock.now()):
            return []
        return [
            RegisteredMethod(
                id=found.id,
                kind=self.kind,
                created=found.issued_at,
                last_used=found.used_at,
                details={
                    "once": found.once,
                    "starts_at": found.starts_at.isoformat(),
                    "expires_at": found.expires_at.isoformat(),
                },
            )
        ]

    def issue(
        self,
        user: str,
        *,
        once: bool = False,
        lifetime: timedelta = passes.DEFAULT_LIFETIME,
        starts_at: datetime | None = None,
    ) -> Issued:
        """Give *user* a new pass in place of an older one, and tell the user.

        Raises :class:`~adapter.mfa.access_pass.access_pass.BadPass`.
        """
        now = self._clock.now()
        begins = starts_at or now
        passes.check_times(now, begins, lifetime)
        text = passes.draw(self._random)
        issued = AccessPass(
            id=tokens.token(self._random),
            digest=passes.digest(self._key, user, text),
            once=once,
            issued_at=now,
            starts_at=begins,
            expires_at=begins + lifetime,
        )
        with self._store.transaction(user) as mine:
            mine.save(issued)
        return Issued(text, issued)

    def remove(self, user: str, method_id: str) -> bool:
        """Remove the user's pass if it has this id; wrong ones stay counted."""
        with self._store.transaction(user) as mine:
            found = mine.access_pass()
            return found is not None and found.id == method_id and mine.remove(self._clock.now())

    def delete(self, user: str) -> bool:
        """Remove the user's pass, whatever its id; return False if there is none."""
        with self._store.transaction(user) as mine:
            return mine.remove(self._clock.now())

    def unlock(self, user: str) -> None:
        """Forget the user's wrong passes; the pass itself stays."""
        with self._store.transaction(user) as mine:
            mine.save_limits(PassLimits())

    def check(self, user: str, text: str, *, attempt: str) -> PassOutcome:
        """Judge *text* for *user*; *attempt* names the sign-in, so that a re-post costs nothing.

        The attempt is counted before the pass is compared. Only a right one is told that it has
        expired, does not work yet, or was used. One for one use stays right in the attempt that
        used it up, which the caller lets pass once: the node may have died before it did.
        """
        now = self._clock.now()
        with self._store.transaction(user) as mine:
            stored = mine.access_pass()
            name = user if stored is None else stored.issued_for or user
            given = passes.digest(self._key, name, text)
            if is_in_force(mine.block(), now):
                return PassOutcome.BLOCKED
            before = mine.limits()
            if limits.is_locked(before, now):
                return PassOutcome.LOCKED
            if not mine.claim("pass-tried", _attempt(attempt, given), now + REMEMBER_TRIED):
                return self._repeated(mine, given, attempt)
            mine.save_limits(limits.debit(before, now))
            outcome = _judge(mine, given, attempt, now)
            if outcome is not PassOutcome.WRONG:
                mine.save_limits(PassLimits())
            return outcome

    def _repeated(self, mine: PassTransaction, given: bytes, attempt: str) -> PassOutcome:
        """Judge a text that this attempt has tried before: a right one goes on working."""
        outcome = _judge(mine, given, attempt, self._clock.now())
        return PassOutcome.REPEATED if outcome is PassOutcome.WRONG else outcome


def _judge(mine: PassTransaction, given: bytes, attempt: str, now: datetime) -> PassOutcome:
    """Compare in constant time, also for a user without a pass; then look at the times."""
    found = mine.access_pass()
    is_right = hmac.compare_digest(NO_PASS if found is None else found.digest, given)
    if found is None or not is_right:
        return PassOutcome.WRONG
    if now >= found.expires_at:
        return PassOutcome.EXPIRED
    if now < found.starts_at:
        return PassOutcome.NOT_YET
    if found.once and not _use_up(mine, found, attempt):
        return PassOutcome.USED
    mine.mark_used(now)
    return PassOutcome.RIGHT


def _use_up(mine: PassTransaction, found: AccessPass, attempt: str) -> bool:
    """Use the pass up in this *attempt*; return False if another one has."""
    this_use = f"{found.id}:{attempt}"
    if mine.claim("access-pass", found.id, found.expires_at):
        return mine.claim("access-pass-attempt", this_use, found.expires_at)
    return mine.is_used("access-pass-attempt", this_use)


def _attempt(attempt: str, given: bytes) -> str:
    return hashlib.sha256(attempt.encode(errors="surrogatepass") + b"\0" + given).hexdigest()
