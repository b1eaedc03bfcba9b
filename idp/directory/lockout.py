"""The rules of the soft and the smart lock-out: how often a password can be wrong.

Both are those of AD FS (docs/passwords.md). The soft lock-out has one counter for each user: ten
wrong passwords lock the account until 30 minutes after the tenth. As in Active Directory, 30
minutes without a wrong password reset the counter. The smart lock-out has two counters for each
user, for familiar and for unknown addresses, so an attacker elsewhere does not lock out the user at
home. Its counters are only reset by a right password; a locked one grants one try every 30 minutes.

Every try is debited before the password is checked, as if it were wrong. A right password then
clears the counter.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from idp.admission import client_of

MAX_WRONG_PASSWORDS = 10
OBSERVATION_WINDOW = timedelta(minutes=30)
SETTLING = timedelta(seconds=2)
"""How long after its debit a password may still be under check, and may turn out right."""
UNKNOWN_ACCOUNTS = 1024
"""How many lock-out accounts all unknown user names share."""

_UNKNOWN = "unknown "

MAX_FAMILIAR_ADDRESSES = 20


class Debit(StrEnum):
    """The answer when a password is about to be tried."""

    GRANTED = "granted"
    LAST = "last"  # granted; if the password is wrong, the account is locked
    LOCKED = "locked"
    SETTLING = "settling"  # locked, but a try under check may still turn out right

    @property
    def is_granted(self) -> bool:
        """Whether the password may be tried."""
        return self in (Debit.GRANTED, Debit.LAST)


@dataclass(frozen=True, slots=True)
class PasswordCounter:
    """How many tries were debited from a counter, and when the last one was."""

    wrong: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Limit:
    """How many tries a counter grants in a window; if it *forgets*, a quiet window resets it."""

    tries: int = MAX_WRONG_PASSWORDS
    window: timedelta = OBSERVATION_WINDOW
    forgets: bool = True

    def is_locked(self, counter: PasswordCounter | None, now: datetime) -> bool:
        """Return whether the counter grants no try at this moment."""
        return (
            counter is not None and counter.wrong >= self.tries and not self._is_over(counter, now)
        )

    def debit(
        self, counter: PasswordCounter | None, now: datetime
    ) -> tuple[Debit, PasswordCounter]:
        """Debit one try if one is left; return the answer and the counter after it.

        One of the tries that caused a very recent lock may still turn out right and clear it. So a
        user who sends the right password many times at once is not locked out.
        """
        if counter is None or (self.forgets and self._is_over(counter, now)):
            after = PasswordCounter(1, now)
        elif self.is_locked(counter, now):
            is_fresh = now - counter.last_at < SETTLING
            return (Debit.SETTLING if is_fresh else Debit.LOCKED), counter
        else:
            after = PasswordCounter(counter.wrong + 1, max(now, counter.last_at))
        return (Debit.LAST if after.wrong >= self.tries else Debit.GRANTED), after

    def state_of(self, counter: PasswordCounter, now: datetime) -> CounterState:
        """Return the counter for administrators."""
        until = counter.last_at + self.window if self.is_locked(counter, now) else None
        return CounterState(counter.wrong, counter.last_at, until)

    def _is_over(self, counter: PasswordCounter, now: datetime) -> bool:
        return now - counter.last_at >= self.window


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a try comes from: all addresses of the request, and whether it is from outside."""

    addresses: tuple[str, ...] = ()
    extranet: bool = False

    @property
    def client(self) -> str:
        """The client in whose place a password waits: only the last address is certain."""
        return client_of(self.addresses[-1] if self.addresses else "")


UNKNOWN_ORIGIN = Origin()
"""A place without an address, inside."""


@dataclass(frozen=True, slots=True)
class AccountActivity:
    """What the smart lock-out keeps for a user: two counters and the familiar addresses."""

    familiar: PasswordCounter | None = None
    unknown: PasswordCounter | None = None
    addresses: tuple[str, ...] = ()

    def is_familiar(self, origin: Origin) -> bool:
        """Return whether all addresses of a request are known; False if it has none."""
        return bool(origin.addresses) and set(origin.addresses) <= set(self.addresses)

    def counter(self, *, familiar: bool) -> PasswordCounter | None:
        """Return the counter for familiar or for unknown addresses."""
        return self.familiar if familiar else self.unknown

    def with_counter(self, counter: PasswordCounter | None, *, familiar: bool) -> AccountActivity:
        """Return the activity with another counter for familiar or for unknown addresses."""
        if familiar:
            return AccountActivity(counter, self.unknown, self.addresses)
        return AccountActivity(self.familiar, counter, self.addresses)

    def after_success(self, origin: Origin) -> AccountActivity:
        """Clear the counter that *origin* uses and make its addresses familiar, the newest 20."""
        cleared = self.with_counter(None, familiar=self.is_familiar(origin))
        known = tuple(dict.fromkeys((*self.addresses, *origin.addresses)))[-MAX_FAMILIAR_ADDRESSES:]
        return AccountActivity(cleared.familiar, cleared.unknown, known)


@dataclass(frozen=True, slots=True)
class AccountState:
    """The stored counters of one user; None for a counter without debits."""

    soft: PasswordCounter | None = None
    activity: AccountActivity = AccountActivity()


@dataclass(frozen=True, slots=True)
class CounterState:
    """One counter for administrators: wrong tries, the last one, and when its lock ends."""

    wrong: int
    last_at: datetime
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class LockoutState:
    """The lock-outs of one user for administrators.

    The keys of ``counters`` are ``soft``, ``familiar`` and ``unknown``; counters without debits are
    left out. ``locked`` has the keys of those that lock the user out.
    """

    counters: Mapping[str, CounterState]
    locked: tuple[str, ...]
    familiar_addresses: tuple[str, ...]


class LockoutMode(StrEnum):
    """Which lock-out decides (AD FS: ``ExtranetLockoutMode``)."""

    PASSWORD_COUNTER = "password_counter"  # noqa: S105 - ADPasswordCounter: the soft one
    LOG_ONLY = "log_only"  # ADFSSmartLockoutLogOnly: the soft one; the smart one is only logged
    ENFORCE = "enforce"  # ADFSSmartLockoutEnforce: the smart one


@dataclass(frozen=True, slots=True)
class LockoutRules:
    """The rules of one server.

    With *extranet_only*, the smart lock-out decides about requests from outside, as in AD FS, and
    the soft one about all others, so that unlimited guessing is possible nowhere.
    """

    mode: LockoutMode = LockoutMode.PASSWORD_COUNTER
    extranet_only: bool = False
    unknown: Limit = field(default_factory=lambda: Limit(forgets=False))
    familiar: Limit = field(default_factory=lambda: Limit(forgets=False))
    soft: Limit = field(default_factory=Limit)

    def is_smart(self, origin: Origin) -> bool:
        """Return whether the smart lock-out counts this try, by familiar and unknown addresses."""
        reaches = origin.extranet or not self.extranet_only
        return reaches and self.mode is not LockoutMode.PASSWORD_COUNTER

    def is_enforced(self, origin: Origin) -> bool:
        """Return whether the smart lock-out decides about this try."""
        return self.is_smart(origin) and self.mode is LockoutMode.ENFORCE

    def limit(self, *, familiar: bool) -> Limit:
        """Return the limit for familiar or for unknown addresses."""
        return self.familiar if familiar else self.unknown

    def is_locked(self, state: AccountState, origin: Origin, now: datetime) -> bool:
        """Say whether the lock-out that decides refuses every password from *origin* now."""
        if not self.is_enforced(origin):
            return self.soft.is_locked(state.soft, now)
        familiar = state.activity.is_familiar(origin)
        counter = state.activity.counter(familiar=familiar)
        return self.limit(familiar=familiar).is_locked(counter, now)

    def state_of(self, state: AccountState, now: datetime) -> LockoutState:
        """Return the state of *state* under these rules, for administrators."""
        of_kind = {
            "soft": (self.soft, state.soft),
            "familiar": (self.familiar, state.activity.familiar),
            "unknown": (self.unknown, state.activity.unknown),
        }
        counters = {
            name: limit.state_of(counter, now)
            for name, (limit, counter) in of_kind.items()
            if counter
        }
        locked = (name for name in self._in_force() if name in counters)
        return LockoutState(
            counters,
            tuple(name for name in locked if counters[name].locked_until),
            state.activity.addresses,
        )

    def _in_force(self) -> tuple[str, ...]:
        if self.mode is not LockoutMode.ENFORCE:
            return ("soft",)
        return ("soft", "familiar", "unknown") if self.extranet_only else ("familiar", "unknown")


def unknown_account(name: str, key: bytes) -> str:
    """Return the account that tries with an unknown user name are debited from.

    Unknown names share a fixed number of accounts: they lock and cost the same as known ones, and
    fill no disk. Which names share one depends on *key*, a secret of the farm: whoever knew it
    could lock one name and see by the other whether that one is unknown.
    """
    digest = hmac.digest(key, name.encode("utf-8", "surrogatepass"), "sha256")
    return f"{_UNKNOWN}{int.from_bytes(digest[:4], 'big') % UNKNOWN_ACCOUNTS}"


def is_unknown_account(account: str) -> bool:
    """Say whether an account is one of those of unknown names; no user's name has a blank."""
    return account.startswith(_UNKNOWN)
