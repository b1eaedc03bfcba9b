"""The storage protocol of the directory, and the values that it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from idp.directory.lockout import AccountState, Debit, LockoutRules, Origin
from idp.directory.users import User


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user and the hash of the user's password; whether the NT hash is to be kept, too."""

    user: User
    password_hash: str = field(repr=False)
    wants_nt_hash: bool = False


@dataclass(frozen=True, slots=True)
class DebitResult:
    """The answer of the lock-out that decides, and that of the smart one.

    ``smart`` is None if the smart lock-out does not count this try.
    """

    verdict: Debit
    smart: Debit | None = None


class UserStore(Protocol):
    """Storage of users. All names are canonical: a UPN, or an account name in lower case."""

    def find_user(self, name: str) -> User | None:
        """Return the user of this UPN or account name, or None."""

    def credentials(self, name: str) -> Credentials | None:
        """Return the user of this UPN or account name with the password hash, or None."""

    def users(self) -> Sequence[User]:
        """Return all users, sorted by name."""

    def page(self, search: str, after: str, limit: int) -> Sequence[tuple[User, AccountState]]:
        """Return at most *limit* users whose UPN comes after *after*, by name, with their counters.

        With *search*, only those whose name, display name or mail address contains it.
        """

    def has_attribute(self, attribute: str) -> bool:
        """Say whether any user has an attribute of this name, in any case."""

    def add_users(self, added: Sequence[Credentials]) -> Sequence[str]:
        """Add users, all or none. Returns the UPNs that are taken; empty if all were added."""

    def change_profile(self, upn: str, change: Callable[[User], User]) -> User | None:
        """Store display name, mail address, groups and attributes of what *change* returns.

        It is given the user as stored, in the same transaction. Returns None if there is none.
        """

    def change_password(
        self,
        upn: str,
        password_hash: str,
        now: datetime,
        *,
        must_change: bool = False,
        seen: User | None = None,
        compromised: bool = False,
    ) -> User | None:
        """Store a new hash, end the sessions and clear the counters; return the changed user.

        With *compromised*, the user is told in the same transaction that the account was reset.

        Returns None if there is no such user, or if the user has changed since *seen* was read.
        """

    def set_disabled(self, upn: str, disabled: bool, now: datetime) -> User | None:
        """Disable a user, which ends all sessions, or enable it; None if there is none."""

    def end_sessions(self, upn: str, now: datetime) -> User | None:
        """End all sessions that began before *now*; None if there is no such user."""

    def remove_user(self, upn: str) -> bool:
        """Remove a user with devices, codes, activations and counters; False if there is none."""

    def debit_password(
        self, name: str, now: datetime, rules: LockoutRules, origin: Origin
    ) -> DebitResult:
        """Debit one try from the account of this name, in one transaction."""

    def accept_password(
        self, upn: str, password_hash: str, rules: LockoutRules, origin: Origin
    ) -> User | None:
        """Clear the counters of a user who gave the right password.

        Returns the user as stored now, or None if the hash is not *password_hash* any more.
        """

    def clear_password_counters(self, upn: str) -> None:
        """Clear the counters of a user, also that of failed password resets.

        The familiar addresses stay.
        """

    def account_states(self, upn: str | None = None) -> Mapping[str, AccountState]:
        """Return the counters by UPN, of one user or of all users who have any."""


class UserRenames(Protocol):
    """Storage that gives users other names."""

    def rename(self, old: str, new: str, now: datetime) -> User | None:
        """Give the user with the UPN *old* the UPN *new*, and return the user; None without one.

        All that is stored for the user goes along, and sessions end, in one transaction. Raises
        :class:`~idp.directory.errors.DirectoryError` (``user_exists``) for a name that is taken.
        """
