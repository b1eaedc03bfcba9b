"""The code factor: counts each attempt before it checks the code, and takes each time step once."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from adapter.clock import Clock
from adapter.mfa.codes import code as codes
from adapter.mfa.codes import limits
from adapter.mfa.codes.limits import CodeLimits
from adapter.mfa.codes.store import FIRST_ID, CodeStore, CodeTransaction
from adapter.mfa.methods import RegisteredMethod
from adapter.mfa.policy import CODE_APP, CODE_METHODS
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
        """Return the user's sources of codes, oldest first."""
        return [
            RegisteredMethod(
                id=source.id,
                kind=self.kind,
                name=source.name,
                created=source.created,
                last_used=source.last_used,
                details={"app": source.app},
            )
            for source in self._store.sources_of(user)
        ]

    def is_registered(self, user: str) -> bool:
        """Say whether the user has a source of codes."""
        return bool(self._store.sources_of(user))

    def register(self, user: str, seed: str, *, app: str = CODE_APP) -> None:
        """Give the user a source of codes; *seed* is Base32 and replaces the first one.

        *app* is ``code_app`` or ``authenticator_code``, which policies allow separately.
        """
        self._store.save_seed(user, seed, self._clock.now(), app=app)

    def add(self, user: str, seed: str, *, app: str = CODE_APP, name: str = "") -> None:
        """Give the user one more source of codes, with its *name*."""
        self._store.add_seed(user, seed, self._clock.now(), app=app, name=name)

    def remove(self, user: str, method_id: str) -> bool:
        """Remove one of the user's sources of codes; wrong codes stay counted."""
        with self._store.transaction(user) as mine:
            return mine.remove_seed(method_id, self._clock.now())

    def unlock(self, user: str) -> None:
        """Forget the user's wrong codes."""
        with self._store.transaction(user) as mine:
            mine.save_limits(CodeLimits())

    def check(
        self,
        user: str,
        code: str,
        *,
        attempt: str,
        apps: Collection[str] = CODE_METHODS,
    ) -> CodeOutcome:
        """Judge *code* for *user*; *attempt* names the sign-in, so that a re-post costs nothing.

        Clients post the same wrong code again and again: that is refused without a further debit.
        Codes of sources other than *apps*, which the policies do not allow, are wrong.
        """
        return self.check_app(user, code, attempt=attempt, apps=apps)[0]

    def check_app(
        self, user: str, code: str, *, attempt: str, apps: Collection[str]
    ) -> tuple[CodeOutcome, str]:
        """Do the same, and return with the outcome what showed the code if it was right.

        That is one of *apps*; it is empty if the code was not right.
        """
        code = tidy_digits(code)
        now = self._clock.now()
        with self._store.transaction(user) as mine:
            before = mine.limits()
            if limits.is_locked(before, now):
                return CodeOutcome.LOCKED, ""
            tried = _fingerprint(attempt, user, code)
            if not mine.claim("code-tried", tried, now + REMEMBER_TRIED):
                return CodeOutcome.REPEATED, ""
            mine.save_limits(limits.debit(before, now))
            outcome, app = _judge(mine, user, code, apps, now)
            if outcome is CodeOutcome.RIGHT:
                mine.save_limits(CodeLimits())
            return outcome, app


def _judge(
    mine: CodeTransaction, user: str, code: str, apps: Collection[str], now: datetime
) -> tuple[CodeOutcome, str]:
    """Compare the code with every seed, so that the time of an answer does not tell which."""
    steps = [(seed, codes.step_of(seed.secret, code, now)) for seed in mine.seeds()]
    right = [(seed, step) for seed, step in steps if step is not None and seed.app in apps]
    if not right:
        return CodeOutcome.WRONG, ""
    for seed, step in right:
        of_source = "" if seed.id == FIRST_ID else f":{seed.id}"
        key = f"{user}:{step}{of_source}"
        if mine.claim("code-step", key, now + codes.REMEMBER_USED):
            mine.mark_used(seed.id, now)
            return CodeOutcome.RIGHT, seed.app
    return CodeOutcome.USED, ""


def _fingerprint(attempt: str, user: str, code: str) -> str:
    text = "\0".join((attempt, user, code))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
