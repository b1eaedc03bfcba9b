"""How often a password may be wrong: AD FS's soft lock-out and its smart one (docs/passwords.md).

The soft one counts by user: ten wrong ones lock the name until half an hour after the tenth, and as
in AD a pause of half an hour after any wrong one forgets those before it. The smart one counts by
user and kind of place, so that who guesses from elsewhere does not lock out the user at home; it
forgets nothing by itself, and lets one try a window through once it is locked. Every try is
debited before it is checked, as if it were wrong; a right one clears the account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

WRONG = 10
WINDOW = timedelta(minutes=30)
SETTLING = timedelta(seconds=2)
"""For so long a debited try may still be in the middle of its check, and turn out right."""
FAMILIAR_ADDRESSES = 20


class Debit(StrEnum):
    """What became of asking for a try at a password."""

    GRANTED = "granted"
    LAST = "last"  # granted; when it is wrong, the account is locked
    LOCKED = "locked"
    SETTLING = "settling"  # locked by tries of which one may still turn out right

    @property
    def is_granted(self) -> bool:
        """Whether the password may let somebody in."""
        return self in (Debit.GRANTED, Debit.LAST)


@dataclass(frozen=True, slots=True)
class PasswordLimits:
    """The debited tries of one counter, and when the last of them was."""

    wrong: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Limit:
    """How many tries a counter grants; one that *forgets* begins anew after a quiet window."""

    tries: int = WRONG
    window: timedelta = WINDOW
    forgets: bool = True

    def is_locked(self, limits: PasswordLimits | None, now: datetime) -> bool:
        """Say whether the counter grants no try at this moment."""
        return limits is not None and limits.wrong >= self.tries and not self._is_over(limits, now)

    def ask(self, limits: PasswordLimits | None, now: datetime) -> tuple[Debit, PasswordLimits]:
        """Take one try off, if there is one: return what became of it, and the counter after it.

        A very fresh lock may still be cleared by one of the tries that made it: so people who give
        the right password several times at once do not lock themselves out.
        """
        if limits is None or (self.forgets and self._is_over(limits, now)):
            after = PasswordLimits(1, now)
        elif self.is_locked(limits, now):
            is_fresh = now - limits.last_at < SETTLING
            return (Debit.SETTLING if is_fresh else Debit.LOCKED), limits
        else:
            after = PasswordLimits(limits.wrong + 1, max(now, limits.last_at))
        return (Debit.LAST if after.wrong >= self.tries else Debit.GRANTED), after

    def state_of(self, limits: PasswordLimits, now: datetime) -> CounterState:
        """Return the counter for administrators."""
        until = limits.last_at + self.window if self.is_locked(limits, now) else None
        return CounterState(limits.wrong, limits.last_at, until)

    def _is_over(self, limits: PasswordLimits, now: datetime) -> bool:
        return now - limits.last_at >= self.window


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a try comes from: every address of the request, and whether from outside."""

    addresses: tuple[str, ...] = ()
    extranet: bool = False


NOWHERE = Origin()
"""A place without an address, inside."""


@dataclass(frozen=True, slots=True)
class AccountActivity:
    """What the smart lock-out knows of a user: two counters, and the familiar addresses."""

    familiar: PasswordLimits | None = None
    unknown: PasswordLimits | None = None
    addresses: tuple[str, ...] = ()

    def is_familiar(self, origin: Origin) -> bool:
        """Say whether all addresses of a request are known; one without any is not."""
        return bool(origin.addresses) and set(origin.addresses) <= set(self.addresses)

    def counter(self, *, familiar: bool) -> PasswordLimits | None:
        """Return the counter of one kind of place."""
        return self.familiar if familiar else self.unknown

    def with_counter(self, limits: PasswordLimits | None, *, familiar: bool) -> AccountActivity:
        """Return the activity with another counter for one kind of place."""
        if familiar:
            return AccountActivity(limits, self.unknown, self.addresses)
        return AccountActivity(self.familiar, limits, self.addresses)

    def after_success(self, origin: Origin) -> AccountActivity:
        """Clear the counter of this kind of place, and know its addresses; the oldest drop out."""
        cleared = self.with_counter(None, familiar=self.is_familiar(origin))
        known = tuple(dict.fromkeys((*self.addresses, *origin.addresses)))[-FAMILIAR_ADDRESSES:]
        return AccountActivity(cleared.familiar, cleared.unknown, known)


@dataclass(frozen=True, slots=True)
class AccountState:
    """The counters of one user as they are stored; None where nobody tried."""

    soft: PasswordLimits | None = None
    activity: AccountActivity = AccountActivity()


@dataclass(frozen=True, slots=True)
class CounterState:
    """One counter for administrators: wrong tries, the last of them, and until when it locks."""

    wrong: int
    last_at: datetime
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class LockoutState:
    """The lock-outs of one user for administrators.

    ``counters`` go by ``soft``, ``familiar`` and ``unknown``, without those that nobody tried;
    ``locked`` names those of them that keep the user out.
    """

    counters: Mapping[str, CounterState]
    locked: tuple[str, ...]
    familiar_addresses: tuple[str, ...]


class Mode(StrEnum):
    """Which lock-out holds (AD FS: ExtranetLockoutMode)."""

    PASSWORD_COUNTER = "password_counter"  # noqa: S105 - ADPasswordCounter: the soft one
    LOG_ONLY = "log_only"  # ADFSSmartLockoutLogOnly: the soft one; the smart one is only logged
    ENFORCE = "enforce"  # ADFSSmartLockoutEnforce: the smart one


@dataclass(frozen=True, slots=True)
class LockoutRules:
    """The rules of one server.

    With *extranet_only*, the smart lock-out is for requests from outside, as in AD FS, and the soft
    one for all others: nowhere may passwords be guessed without end.
    """

    mode: Mode = Mode.PASSWORD_COUNTER
    extranet_only: bool = False
    unknown: Limit = field(default_factory=lambda: Limit(forgets=False))
    familiar: Limit = field(default_factory=lambda: Limit(forgets=False))
    soft: Limit = field(default_factory=Limit)

    def is_smart(self, origin: Origin) -> bool:
        """Say whether places are told apart for this try."""
        reaches = origin.extranet or not self.extranet_only
        return reaches and self.mode is not Mode.PASSWORD_COUNTER

    def is_enforced(self, origin: Origin) -> bool:
        """Say whether the smart lock-out also decides."""
        return self.is_smart(origin) and self.mode is Mode.ENFORCE

    def limit(self, *, familiar: bool) -> Limit:
        """Return the limit of one kind of place."""
        return self.familiar if familiar else self.unknown

    def is_locked(self, state: AccountState, origin: Origin, now: datetime) -> bool:
        """Say whether the lock-out that decides refuses every password from *origin* now."""
        if not self.is_enforced(origin):
            return self.soft.is_locked(state.soft, now)
        familiar = state.activity.is_familiar(origin)
        counter = state.activity.counter(familiar=familiar)
        return self.limit(familiar=familiar).is_locked(counter, now)

    def state_of(self, state: AccountState, now: datetime) -> LockoutState:
        """Return how things stand, by these rules and at this moment."""
        of_kind = {
            "soft": (self.soft, state.soft),
            "familiar": (self.familiar, state.activity.familiar),
            "unknown": (self.unknown, state.activity.unknown),
        }
        counters = {
            name: limit.state_of(limits, now) for name, (limit, limits) in of_kind.items() if limits
        }
        locked = (name for name in self._in_force() if name in counters)
        return LockoutState(
            counters,
            tuple(name for name in locked if counters[name].locked_until),
            state.activity.addresses,
        )

    def _in_force(self) -> tuple[str, ...]:
        if self.mode is not Mode.ENFORCE:
            return ("soft",)
        return ("soft", "familiar", "unknown") if self.extranet_only else ("familiar", "unknown")
