"""What the directory needs from outside: a clock and a store of users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from idp.directory.lockout import AccountState, Debit, LockoutRules, Origin
from idp.directory.users import User


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user and the hash of the user's password."""

    user: User
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of asking for a try: the verdict, and what the other lock-out says of it.

    ``smart`` is the smart lock-out's own answer, None where it does not look.
    """

    verdict: Debit
    smart: Debit | None = None


class UserStore(Protocol):
    """Where users live. Names are canonical: a UPN, or an account name in lower case."""

    def find_user(self, name: str) -> User | None:
        """Return one user by either name."""

    def credentials(self, name: str) -> Credentials | None:
        """Return one user by either name, with the hash."""

    def users(self) -> Sequence[User]:
        """Return all users by name."""

    def add_users(self, added: Sequence[Credentials]) -> Sequence[str]:
        """Store new users, all or none; return the UPNs that are taken, none when stored."""

    def change_password(
        self,
        upn: str,
        password_hash: str,
        now: datetime,
        *,
        must_change: bool = False,
        seen: User | None = None,
    ) -> User | None:
        """Store a new hash, end the sessions and forget the wrong tries.

        None without the user, and where the user is not as *seen* any more.
        """

    def set_disabled(self, upn: str, disabled: bool, now: datetime) -> User | None:
        """Disable, which ends the sessions, or enable; None without the user."""

    def end_sessions(self, upn: str, now: datetime) -> User | None:
        """Let no session count that began before *now*; None without the user."""

    def remove_user(self, upn: str) -> bool:
        """Remove a user and all that was theirs: devices, codes, activations, limits."""

    def debit_password(
        self, name: str, now: datetime, rules: LockoutRules, origin: Origin
    ) -> Tried:
        """Take one try off the name's account, in one transaction."""

    def accept_password(
        self, upn: str, password_hash: str, rules: LockoutRules, origin: Origin
    ) -> User | None:
        """Clear the name's account after the right password.

        Return the user as they are now; None when the hash was changed meanwhile.
        """

    def clear_password_limits(self, upn: str) -> None:
        """Forget the wrong tries; familiar addresses stay."""

    def account_states(self, upn: str | None = None) -> Mapping[str, AccountState]:
        """Return the lock-outs of one user, or of all who have any, by UPN."""
