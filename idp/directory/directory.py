"""The local directory: finds users, checks passwords, makes the changes of administrators."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from adapter.clock import Clock
from adapter.sentences import sentence
from idp.directory import new_users
from idp.directory.attributes import (
    NO_ATTRIBUTES,
    as_values,
    is_name,
)
from idp.directory.errors import DirectoryError, existing, name_taken, unknown_user
from idp.directory.lockout import (
    UNKNOWN_ORIGIN,
    AccountState,
    LockoutRules,
    LockoutState,
    Origin,
    unknown_account,
)
from idp.directory.nt_hash import NtHashStore
from idp.directory.password_check import PasswordCheck, refuse_if_must_change
from idp.directory.password_tries import GivenPassword, NtResponse, PasswordTries, keep_nt_hash
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
)

DEFAULT_RULES = LockoutRules()


class Directory:
    """The users in a store.

    *unknown_key* is a secret of the farm: it decides which unknown names share a counter.
    *nt_hashes* has the NT hashes that administrators want kept, if any. *wait* lets so many seconds
    pass.
    """

    def __init__(
        self,
        store: UserStore,
        clock: Clock,
        hasher: PasswordHasher,
        rules: LockoutRules = DEFAULT_RULES,
        *,
        unknown_key: bytes = b"",
        nt_hashes: NtHashStore | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher
        self._rules = rules
        self._unknown_key = unknown_key or secrets.token_bytes(32)
        self._nt_hashes = nt_hashes
        self._tries = PasswordTries(store, clock, rules, self._unknown_key, wait)

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
        return refuse_if_must_change(self._check(name, password, origin))

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
        if changed is not None:
            self.keep_nt_hash(changed.upn, password_hash, new)
        return replace(check, user=changed, failure=None if changed else "wrong_password")

    def check_nt_hash(
        self, name: str, is_right: Callable[[bytes], bool], origin: Origin = UNKNOWN_ORIGIN
    ) -> tuple[PasswordCheck, bytes | None]:
        """Check an answer that was made with the NT hash of a user's password, as MS-CHAP's is.

        *is_right* judges it by the hash, or by one that nobody has: for an unknown user, and for
        one whose hash is not kept (``no_nt_hash``). All else is as for a password, without its
        expensive hash. Also returns the NT hash, if the user passed.
        """
        response = NtResponse(is_right, self._nt_hashes)
        check = refuse_if_must_change(self._tries.check(name, response, origin))
        return check, response.nt_hash if check.user else None

    def keep_nt_hash(self, upn: str, password_hash: str, password: str) -> None:
        """Keep the NT hash of a password that was just set, if an administrator wants it kept."""
        keep_nt_hash(self._nt_hashes, upn, password_hash, password)

    def _check(self, name: str, password: str, origin: Origin) -> PasswordCheck:
        if not is_acceptable(password):
            with self._hasher.slot(origin.client):
                self._hasher.hash_for_nothing()
            return PasswordCheck(None, "password_refused", canonical_name(name) or "")
        given = GivenPassword(password, self._hasher, self._nt_hashes)
        return self._tries.check(name, given, origin)

    def add(
        self,
        name: str,
        password: str,
        *,
        display_name: str = "",
        email: str = "",
        groups: Sequence[str] = (),
        attributes: Mapping[str, str | Sequence[str]] = NO_ATTRIBUTES,
        must_change: bool = False,
    ) -> User:
        """Add a user; *email* defaults to the UPN. Raises :class:`DirectoryError`."""
        given = as_values(attributes)
        entry = new_users.NewUser(name, password, display_name, email, tuple(groups), given)
        added = self.prepare(entry, must_change=must_change)
        self.add_prepared((added,))
        return added.user

    def prepare(self, entry: new_users.NewUser, *, must_change: bool = False) -> Credentials:
        """Check a new user and hash the password, for :meth:`add_prepared`; nothing is stored."""
        new_users.must_be_faultless(entry)
        return self._credentials(entry, must_change=must_change)

    def add_prepared(self, added: Sequence[Credentials]) -> None:
        """Add users, all or none; raises :class:`DirectoryError`."""
        taken = self._store.add_users(added)
        if taken:
            raise name_taken(taken)

    def import_csv(self, text: str) -> tuple[User, ...]:
        """Add all users of a CSV text, or none.

        It has the columns ``name`` and ``password``, and optionally ``display_name``, ``email``,
        ``groups`` and those of attributes (several values are separated by ``;``). Raises
        :class:`~idp.csv_table.CsvFaults` with every fault.
        """
        taken = frozenset(account_key(user.upn) for user in self._store.users())
        entries = new_users.read_new_users(text, taken)
        added = tuple(self._credentials(entry) for entry in entries)
        self.add_prepared(added)
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
                sentence(
                    "A password has 1 to {max_password_length} characters",
                    max_password_length=MAX_PASSWORD_LENGTH,
                ),
                sentence("Choose another"),
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
        self.keep_nt_hash(upn, password_hash, password)
        return existing(name, changed)

    def change(self, upn: str, change: Callable[[User], User]) -> User:
        """Store display name, mail address, groups and attributes of what *change* returns."""
        return existing(upn, self._store.change_profile(upn, change))

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

    def page(
        self, search: str = "", after: str = "", limit: int = 50
    ) -> Iterator[tuple[User, LockoutState]]:
        """Yield at most *limit* users after the name *after* that *search* finds, by name."""
        now = self._clock.now()
        for user, state in self._store.page(search, after, limit):
            yield user, self._rules.state_of(state, now)

    def has_attribute(self, attribute: str) -> bool:
        """Say whether any user has a value for an attribute, by its LDAP name in any case."""
        return is_name(attribute) and self._store.has_attribute(attribute)

    def _upn(self, name: str) -> str:
        return existing(name, self.find(name)).upn

    def _credentials(self, entry: new_users.NewUser, *, must_change: bool = False) -> Credentials:
        user = new_users.user_of(entry, self._clock.now(), must_change=must_change)
        with self._hasher.slot():
            return Credentials(user, self._hasher.hash(entry.password))
