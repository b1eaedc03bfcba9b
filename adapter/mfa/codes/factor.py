"""The code factor: counts each attempt before it checks the code, and takes each time step once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from adapter.clock import Clock
from adapter.mfa.codes import code as codes
from adapter.mfa.codes import limits
from adapter.mfa.codes.limits import CodeLimits
from adapter.mfa.codes.store import CodeStore, CodeTransaction
from adapter.mfa.methods import RegisteredMethod
from adapter.mfa.typed_digits import tidy_digits

REMEMBER_TRIED = timedelta(hours=2)
"""How long a code tried in one sign-in is recognised: longer than a page of it can be posted."""


class CodeOutcome(StrEnum):
    """The outcome of one attempt; the values are those of the sign-in log."""

    RIGHT = "right"
    WRONG = "wrong_code"
    USED = "code_already_used"
    REPEATED = "wrong_code_again"
    LOCKED = "codes_locked"


class CodeFactor:
    """The code factor over a store."""

    kind = "totp"

    def __init__(self, store: CodeStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def methods_of(self, user: str) -> Sequence[RegisteredMethod]:
        """Return the user's one source of codes, if any."""
        source = self._store.source_of(user)
        if source is None:
            return []
        return [
            RegisteredMethod(
                id=self.kind, kind=self.kind, created=source.created, last_used=source.last_used
            )
        ]

    def is_registered(self, user: str) -> bool:
        """Say whether the user has a source of codes."""
        return self._store.source_of(user) is not None

    def register(self, user: str, seed: str) -> None:
        """Give the user a source of codes; *seed* is Base32 and replaces an earlier one."""
        self._store.save_seed(user, seed, self._clock.now())

    def remove(self, user: str, method_id: str) -> bool:
        """Remove the user's source of codes; wrong codes stay counted."""
        if method_id != self.kind:
            return False
        with self._store.transaction(user) as mine:
            return mine.remove_seed(self._clock.now())

    def unlock(self, user: str) -> None:
        """Forget the user's wrong codes."""
        with self._store.transaction(user) as mine:
            mine.save_limits(CodeLimits())

    def check(self, user: str, code: str, *, attempt: str) -> CodeOutcome:
        """Judge *code* for *user*; *attempt* names the sign-in, so that a re-post costs nothing.

        Clients post the same wrong code again and again: that is refused without a further debit.
        """
        code = tidy_digits(code)
        now = self._clock.now()
        with self._store.transaction(user) as mine:
            before = mine.limits()
            if limits.is_locked(before, now):
                return CodeOutcome.LOCKED
            tried = _fingerprint(attempt, user, code)
            if not mine.claim("code-tried", tried, now + REMEMBER_TRIED):
                return CodeOutcome.REPEATED
            mine.save_limits(limits.debit(before, now))
            outcome = _judge(mine, user, code, now)
            if outcome is CodeOutcome.RIGHT:
                mine.save_limits(CodeLimits())
                mine.mark_used(now)
            return outcome


def _judge(mine: CodeTransaction, user: str, code: str, now: datetime) -> CodeOutcome:
    seed = mine.seed()
    step = codes.step_of(seed, code, now) if seed is not None else None
    if step is None:
        return CodeOutcome.WRONG
    if not mine.claim("code-step", f"{user}:{step}", now + codes.REMEMBER_USED):
        return CodeOutcome.USED
    return CodeOutcome.RIGHT


def _fingerprint(attempt: str, user: str, code: str) -> str:
    text = "\0".join((attempt, user, code))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
