"""Taking a code: debited before it is checked, each time step used once."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

from adapter.clock import Clock
from adapter.mfa.codes import code as codes
from adapter.mfa.codes import limits
from adapter.mfa.codes.limits import CodeLimits
from adapter.mfa.ports import MfaStore, MfaTransaction

REMEMBER_TRIED = timedelta(hours=2)
"""How long a code tried in one sign-in is known again: longer than a page of it can be posted."""


class CodeOutcome(StrEnum):
    """What became of a code."""

    RIGHT = "right"
    WRONG = "wrong_code"
    USED = "code_already_used"
    REPEATED = "wrong_code_again"
    LOCKED = "codes_locked"


class CodeFactor:
    """The code factor over a store."""

    def __init__(self, store: MfaStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def check(self, user: str, code: str, *, attempt: str) -> CodeOutcome:
        """Judge *code* for *user*; ``attempt`` names the sign-in, so that a re-post costs nothing.

        Clients post the same wrong code again and again: that is refused without a further debit.
        """
        code = codes.tidy(code)
        now = self._clock.now()
        with self._store.transaction(user) as mine:
            before = mine.code_limits(user)
            if limits.is_locked(before, now):
                return CodeOutcome.LOCKED
            tried = _fingerprint(attempt, user, code)
            if not mine.claim("code-tried", tried, now + REMEMBER_TRIED):
                return CodeOutcome.REPEATED
            mine.save_code_limits(user, limits.debit(before, now))
            outcome = self._judge(mine, user, code, now)
            if outcome is CodeOutcome.RIGHT:
                mine.save_code_limits(user, CodeLimits())
            return outcome

    def _judge(self, mine: MfaTransaction, user: str, code: str, now: datetime) -> CodeOutcome:
        seed = mine.totp_seed(user)
        step = codes.step_of(seed, code, now) if seed is not None else None
        if step is None:
            return CodeOutcome.WRONG
        if not mine.claim("code-step", f"{user}:{step}", now + codes.REMEMBER_USED):
            return CodeOutcome.USED
        return CodeOutcome.RIGHT


def _fingerprint(attempt: str, user: str, code: str) -> str:
    text = "\0".join((attempt, user, code))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
