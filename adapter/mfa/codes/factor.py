"""The code factor: counts each attempt before it checks the code, and takes each time step once."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from adapter.clock import Clock
from adapter.mfa.codes import code as codes
from adapter.mfa.codes import limits
from adapter.mfa.codes.hardware import HardwareToken, NewToken
from adapter.mfa.codes.limits import CodeLimits
from adapter.mfa.codes.store import (
    FIRST_ID,
    CodeSource,
    CodeStore,
    CodeTransaction,
    Seed,
    TokenRefusal,
)
from adapter.mfa.methods import RegisteredMethod
from adapter.mfa.policy import CODE_APP, CODE_METHODS
from adapter.mfa.protection.block import BLOCKED, Block, is_in_force
from adapter.mfa.typed_digits import tidy_digits

REMEMBER_TRIED = timedelta(hours=2)
"""How long a code tried in one sign-in is recognised: longer than a page of it can be posted."""

CODE_STEP = "code-step"
"""The kind of what is used once: a time step of one source of codes."""


class CodeOutcome(StrEnum):
    """The outcome of one attempt; the values are those of the sign-in log."""

    RIGHT = "right"
    WRONG = "wrong_code"
    USED = "code_already_used"
    REPEATED = "wrong_code_again"
    LOCKED = "codes_locked"
    BLOCKED = BLOCKED


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
                details=_details_of(source),
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

    def confirm(
        self, user: str, seed: str, code: str, *, name: str, once: str
    ) -> tuple[CodeOutcome, str]:
        """Give the user a source of codes if *code* is right; return the outcome and its id.

        *once* names the seed: it is added once, however often the same code is sent, and ``USED``
        from then on. The time step of the code is used up. A wrong code counts for nothing, since
        the user has been shown the seed. Raises :class:`~adapter.mfa.methods.TooManyMethods`.
        """
        now = self._clock.now()
        step = codes.step_of(seed, tidy_digits(code), now)
        if step is None:
            return CodeOutcome.WRONG, ""
        with self._store.transaction(user) as mine:
            if not mine.claim("code-app", once, now + codes.REMEMBER_USED):
                return CodeOutcome.USED, ""
            source_id = mine.add_seed(seed, now, app=CODE_APP, name=name)
            _claim_step(mine, user, source_id, step, now)
            return CodeOutcome.RIGHT, source_id

    def add_tokens(
        self, tokens: Sequence[NewToken], *, only_check: bool = False
    ) -> Mapping[int, TokenRefusal]:
        """Register hardware tokens, all or none; their codes count once they are activated.

        Returns why not, by the place in *tokens*. With *only_check* nothing is registered.
        """
        return self._store.add_tokens(tokens, self._clock.now(), only_check=only_check)

    def tokens(self, user: str | None = None) -> Sequence[HardwareToken]:
        """Return the hardware tokens of all users, or of one, also those that wait."""
        return self._store.tokens(user)

    def page_of_tokens(self, after: int, limit: int) -> tuple[Sequence[HardwareToken], int | None]:
        """Return a page of the tokens of all users, oldest first, and where the next one goes on.

        *after* is 0 for the first page; None means that there is no further one.
        """
        return self._store.page_of_tokens(after, limit)

    def activate_token(self, user: str, token_id: str, code: str) -> CodeOutcome:
        """Activate a waiting token of *user* by one of its codes, whose time step is used up.

        A wrong code counts like one at a sign-in, and a right one takes nothing back. A token that
        does not wait any more gives ``USED``.
        """
        code, now = tidy_digits(code), self._clock.now()
        with self._store.transaction(user) as mine:
            before = mine.limits()
            if limits.is_locked(before, now):
                return CodeOutcome.LOCKED
            seed = mine.waiting_seed(token_id)
            if seed is None:
                return CodeOutcome.USED
            step = codes.step_of(seed.secret, code, now, seed.period)
            if step is None:
                mine.save_limits(limits.debit(before, now))
                return CodeOutcome.WRONG
            _claim_step(mine, user, seed.id, step, now)
            mine.activate(token_id, now)
            return CodeOutcome.RIGHT

    def remove(self, user: str, method_id: str) -> bool:
        """Remove one of the user's sources of codes; wrong codes stay counted."""
        with self._store.transaction(user) as mine:
            return mine.remove_seed(method_id, self._clock.now())

    def unlock(self, user: str) -> None:
        """Forget the user's wrong codes."""
        with self._store.transaction(user) as mine:
            mine.save_limits(CodeLimits())

    def refusal_of(self, user: str) -> CodeOutcome | None:
        """Return why every code of *user* would be refused now, None if a right one would count."""
        with self._store.transaction(user) as mine:
            return _refusal(mine.block(), mine.limits(), self._clock.now())

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

        That is one of *apps*; it is empty if the code was not right. While codes are locked or the
        user is blocked, nothing is counted, and the same work is done as for a wrong code: a
        stranger at a password reset may learn neither by time.
        """
        code = tidy_digits(code)
        now = self._clock.now()
        with self._store.transaction(user) as mine:
            before = mine.limits()
            refused = _refusal(mine.block(), before, now)
            tried = _fingerprint(attempt, user, code, refused)
            if not mine.claim("code-tried", tried, now + REMEMBER_TRIED):
                return refused or CodeOutcome.REPEATED, ""
            mine.save_limits(before if refused else limits.debit(before, now))
            right = _right_steps(mine, code, apps, now)
            if refused:
                return refused, ""
            outcome, app = _judge(mine, user, right, now)
            if outcome is CodeOutcome.RIGHT:
                mine.save_limits(CodeLimits())
            return outcome, app


def _refusal(block: Block | None, before: CodeLimits, now: datetime) -> CodeOutcome | None:
    """Return why no code of the user counts now, None if one does."""
    if is_in_force(block, now):
        return CodeOutcome.BLOCKED
    return CodeOutcome.LOCKED if limits.is_locked(before, now) else None


def _right_steps(
    mine: CodeTransaction, code: str, apps: Collection[str], now: datetime
) -> list[tuple[Seed, int]]:
    """Compare the code with every seed, so that the time of an answer does not tell which."""
    steps = [(seed, codes.step_of(seed.secret, code, now, seed.period)) for seed in mine.seeds()]
    return [(seed, step) for seed, step in steps if step is not None and seed.app in apps]


def _judge(
    mine: CodeTransaction, user: str, right: Sequence[tuple[Seed, int]], now: datetime
) -> tuple[CodeOutcome, str]:
    """Use up the time step of a right code, once."""
    if not right:
        return CodeOutcome.WRONG, ""
    for seed, step in right:
        if _claim_step(mine, user, seed.id, step, now):
            mine.mark_used(seed.id, now)
            return CodeOutcome.RIGHT, seed.app
    return CodeOutcome.USED, ""


def _claim_step(mine: CodeTransaction, user: str, source_id: str, step: int, now: datetime) -> bool:
    """Use up a time step of a source; return False if it was used before."""
    return mine.claim(CODE_STEP, step_key(user, source_id, step), now + codes.REMEMBER_USED)


def step_key(user: str, source_id: str, step: int) -> str:
    """Return the key of a time step among what is used once."""
    of_source = "" if source_id == FIRST_ID else f":{source_id}"
    return f"{user}:{step}{of_source}"


def _details_of(source: CodeSource) -> dict[str, str | bool]:
    serial_number = {"serial_number": source.serial_number} if source.serial_number else {}
    return {"app": source.app, **serial_number}


def _fingerprint(attempt: str, user: str, code: str, refused: CodeOutcome | None) -> str:
    text = "\0".join((attempt, user, code, *([refused] if refused else [])))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
