"""The local directory: finds users, checks passwords, makes the changes of administrators."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from adapter.clock import Clock
from idp.directory import new_users
from idp.directory.errors import DirectoryError, existing, unknown_user
from idp.directory.lockout import (
    UNKNOWN_ORIGIN,
    AccountState,
    Debit,
    LockoutRules,
    LockoutState,
    Origin,
    unknown_account,
)
from idp.directory.password_check import PasswordCheck, event_of
from idp.directory.passwords import (
    MAX_PASSWORD_LENGTH,
    PasswordHasher,
    check_new_password,
    is_acceptable,
)
from idp.directory.user_store import Credentials, UserStore
from idp.directory.users import (
    User,
    account_key,
    canonical_name,
    canonical_upn,
    windows_account_name,
)

DEFAULT_RULES = LockoutRules()
_PAUSES = (0.05, 0.1, 0.2)
"""Seconds to wait, before each further ask, for a lock that a right password may still clear."""


class Directory:
    """The users in a store.

    *unknown_key* is a secret of the farm: it decides which unknown names share a counter. *wait*
    lets so many seconds pass.
    """

    def __init__(
        self,
        store: UserStore,
        clock: Clock,
        hasher: PasswordHasher,
        rules: LockoutRules = DEFAULT_RULES,
        *,
        unknown_key: bytes = b"",
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher
        self._rules = rules
        self._unknown_key = unknown_key or secrets.token_bytes(32)
        self._wait = wait

    def groups_of(self, name: str) -> tuple[str, ...]:
        """Return the groups of a user, none for an unknown user."""
        user = self.find(name)
        return user.groups if user else ()

    def find(self, name: str) -> User | None:
        """Return the user with this UPN or account name, in any case, or None."""
        key = canonical_name(name)
        return self._store.find_user(key) if key else None

    def look_up(self, name: str) -> User | None:
        """Return the user of this canonical name, by one query whatever *name* is."""
        return self._store.find_user(name)

    def unknown_account(self, name: str) -> str:
        """Return the account that stands for a *name* which is nobody's."""
        return unknown_account(name, self._unknown_key)

    def hash_new_password(self, password: str, client: str) -> str:
        """Return the hash of a new password that *client* has sent.

        Raises :class:`~idp.directory.passwords.HashingBusy`.
        """
        with self._hasher.slot(client):
            return self._hasher.hash(password)

    def check_password(
        self, name: str, password: str, origin: Origin = UNKNOWN_ORIGIN
    ) -> PasswordCheck:
        """Check the password of a user; *origin* is where the request came from.

        Every try takes exactly one hash, whether or not there is such a user, and whether or not
        the account is locked: the time says nothing about either. Raises
        :class:`~idp.directory.passwords.HashingBusy`.
        """
        check = self._check(name, password, origin)
        if check.user is not None and check.user.must_change:
            return replace(check, user=None, failure="must_change_password", name=check.user.upn)
        return check

    def change_password(
        self, name: str, old: str, new: str, origin: Origin = UNKNOWN_ORIGIN
    ) -> PasswordCheck:
        """Set the *new* password of a user who gives the right *old* one; earlier sessions end.

        First the new password is checked. The old one then costs a debit, as at a sign-in.
        """
        fault = check_new_password(new, old)
        if fault is not None:
            return PasswordCheck(None, fault, canonical_name(name) or "")
        check = self._check(name, old, origin)
        if check.user is None:
            return check
        with self._hasher.slot(origin.client):
            password_hash = self._hasher.hash(new)
        # No change if an administrator changed the user while the hash was computed.
        changed = self._store.change_password(
            check.user.upn, password_hash, self._clock.now(), seen=check.user
        )
        return replace(check, user=changed, failure=None if changed else "wrong_password")

    def _check(self, name: str, password: str, origin: Origin) -> PasswordCheck:
        key = canonical_name(name)
        if not is_acceptable(password):
            with self._hasher.slot(origin.client):
                self._hasher.hash_for_nothing()
            return PasswordCheck(None, "password_refused", key or "")
        for pause in _PAUSES:
            check = self._try(key, name, password, origin, settles=True)
            if check is not None:
                return check
            self._wait(pause)
        last = self._try(key, name, password, origin, settles=False)
        return last or PasswordCheck(None, "locked", key or "")

    def _try(
        self, key: str | None, name: str, password: str, origin: Origin, *, settles: bool
    ) -> PasswordCheck | None:
        """Debit, then check, in one turn.

        Returns None, without a hash, if the account is locked by tries of which one may still turn
        out right, and the caller asks again if it *settles*. The soft lock-out does not look at a
        locked account's password, the smart one does for the log alone: the right one is a sign
        that somebody else knows it.
        """
        with self._hasher.slot(origin.client):
            known = self._store.credentials(key) if key else None
            account = known.user.upn if known else unknown_account(key or name, self._unknown_key)
            tried = self._store.debit_password(account, self._clock.now(), self._rules, origin)
            if settles and tried.verdict is Debit.SETTLING:
                return None
            looks = tried.verdict.is_granted or self._rules.is_enforced(origin)
            stored = known.password_hash if known and looks else None
            right = self._hasher.matches(stored, password)
            event = event_of(tried, right)
            if known is None:
                return PasswordCheck(None, "unknown_user", key or "")
            if not tried.verdict.is_granted:
                return PasswordCheck(None, "locked", key or "", event)
            user, failure = self._judge(known, right, origin)
        return PasswordCheck(user, failure, key or "", event)

    def _judge(
        self, known: Credentials, right: bool, origin: Origin
    ) -> tuple[User | None, str | None]:
        if not right:
            return None, "wrong_password"
        # Reads the user again: an administrator may have changed it while the hash was computed.
        user = self._store.accept_password(known.user.upn, known.password_hash, self._rules, origin)
        if user is None:
            return None, "wrong_password"
        return (None, "disabled") if user.disabled else (user, None)

    def add(
        self,
        name: str,
        password: str,
        *,
        display_name: str = "",
        email: str = "",
        groups: Sequence[str] = (),
    ) -> User:
        """Add a user; *email* defaults to the UPN. Raises :class:`DirectoryError`."""
        entry = new_users.NewUser(name, password, display_name, email, tuple(groups))
        faults = list(new_users.find_faults(entry))
        if faults:
            raise DirectoryError(f"No user was made: {'; '.join(faults)}", code="bad_user")
        added = self._credentials(entry)
        self._add((added,))
        return added.user

    def import_csv(self, text: str) -> tuple[User, ...]:
        """Add all users of a CSV text, or none.

        It has the columns ``name`` and ``password``, and optionally ``display_name``, ``email`` and
        ``groups`` (separated by ``;``). Raises :class:`~idp.csv_table.CsvFaults` with every fault.
        """
        taken = frozenset(account_key(user.upn) for user in self._store.users())
        entries = new_users.read_new_users(text, taken)
        added = tuple(self._credentials(entry) for entry in entries)
        self._add(added)
        return tuple(each.user for each in added)

    def set_password(
        self, name: str, password: str, *, must_change: bool = False, compromised: bool = False
    ) -> User:
        """Set the password of a user; earlier sessions end, and the lock-out is cleared.

        With *must_change*, the user has to choose another password with it before signing in. With
        *compromised*, the user is told that the account was reset.
        """
        if not is_acceptable(password):
            raise DirectoryError(
                f"A password has 1 to {MAX_PASSWORD_LENGTH} characters",
                "Choose another",
                code="bad_password",
            )
        with self._hasher.slot():
            password_hash = self._hasher.hash(password)
        upn = self._upn(name)
        changed = self._store.change_password(
            upn,
            password_hash,
            self._clock.now(),
            must_change=must_change,
            compromised=compromised,
        )
        return existing(name, changed)

    def disable(self, name: str) -> User:
        """Disable a user, who can no longer sign in; all sessions end."""
        upn = self._upn(name)
        return existing(name, self._store.set_disabled(upn, True, self._clock.now()))

    def enable(self, name: str) -> User:
        """Enable a user; earlier sessions stay ended, so the user has to sign in again."""
        upn = self._upn(name)
        return existing(name, self._store.set_disabled(upn, False, self._clock.now()))

    def sign_out(self, name: str) -> User:
        """End all sessions of a user on all devices; the user can sign in again."""
        upn = self._upn(name)
        return existing(name, self._store.end_sessions(upn, self._clock.now()))

    def remove(self, name: str) -> None:
        """Remove a user with everything stored for the user: a later namesake inherits nothing."""
        if not self._store.remove_user(self._upn(name)):
            raise unknown_user(name)

    def unlock(self, name: str) -> None:
        """Clear the wrong-password counters of a user, which ends a lock-out."""
        self._store.clear_password_counters(self._upn(name))

    def is_locked(self, state: AccountState, origin: Origin) -> bool:
        """Say whether an account with these counters is locked for requests from *origin*."""
        return self._rules.is_locked(state, origin, self._clock.now())

    def lockouts(self, name: str | None = None) -> Mapping[str, LockoutState]:
        """Return the state of the lock-outs by UPN, of one user or of all who have counters."""
        upn = None if name is None else self._upn(name)
        now, states = self._clock.now(), self._store.account_states(upn)
        return {each: self._rules.state_of(state, now) for each, state in states.items()}

    def list(self) -> tuple[User, ...]:
        """Return all users, sorted by name."""
        return tuple(self._store.users())

    def _upn(self, name: str) -> str:
        return existing(name, self.find(name)).upn

    def _credentials(self, entry: new_users.NewUser) -> Credentials:
        upn = canonical_upn(entry.name) or ""
        user = User(
            upn=upn,
            display_name=entry.display_name,
            email=entry.email or upn,
            windows_account_name=windows_account_name(upn),
            groups=entry.groups,
            disabled=False,
            valid_from=self._clock.now(),
        )
        with self._hasher.slot():
            return Credentials(user, self._hasher.hash(entry.password))

    def _add(self, added: Sequence[Credentials]) -> None:
        taken = self._store.add_users(added)
        if taken:
            raise DirectoryError(
                f"There is already a user whose UPN or account name is that of {', '.join(taken)}",
                "Choose another name, or change that user",
                code="user_exists",
            )
