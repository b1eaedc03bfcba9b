"""The local directory: finding users, checking passwords, and what administrators change."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from adapter.clock import Clock
from adapter.errors import TallystickError
from idp.admission import client_of
from idp.directory import imports, passwords
from idp.directory.lockout import Debit, LockoutRules, LockoutState, Origin
from idp.directory.passwords import MAX_PASSWORD_LENGTH, PasswordHasher, is_acceptable
from idp.directory.user_store import Credentials, Tried, UserStore
from idp.directory.users import User, account_key, canonical, canonical_upn, windows_account_name

SOFT = LockoutRules()
NOWHERE = Origin()
_UNKNOWN_ACCOUNTS = 1024
_ASK_AGAIN = 3


class DirectoryError(TallystickError):
    """Raised when an administrator's change cannot be made; never at a sign-in."""

    code = "directory"


class LockoutEvent(StrEnum):
    """What a try at a password has to do with lock-outs."""

    LOCKED_OUT = "locked_out"  # by this try
    RIGHT_WHILE_LOCKED = "right_password_while_locked"  # a sign that somebody else knows it
    ALLOWED = "locked_but_allowed"  # the smart lock-out would have, were it enforced


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Who signed in, or why nobody did: for the log, never for the page.

    ``failure`` is None, ``unknown_user``, ``wrong_password``, ``locked``, ``disabled``,
    ``password_refused``, or ``must_change_password`` for a right one that is good for nothing
    else; where a new password is chosen, also what ``passwords.complaint`` says of it.

    ``name`` is the canonical name that was typed, empty when it was none: what people type into
    the wrong field is not logged. ``lockout`` is what an administrator should hear besides.
    """

    user: User | None
    failure: str | None
    name: str
    lockout: LockoutEvent | None = None


class Directory:
    """Users of one store."""

    def __init__(
        self,
        store: UserStore,
        clock: Clock,
        hasher: PasswordHasher,
        rules: LockoutRules = SOFT,
    ) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher
        self._rules = rules

    def find(self, name: str) -> User | None:
        """Return the user with this UPN or account name, in upper or lower case."""
        key = canonical(name)
        return self._store.find_user(key) if key else None

    def check_password(self, name: str, password: str, origin: Origin = NOWHERE) -> PasswordCheck:
        """Say whose name and password these are; *origin* is where they were typed.

        Every failure takes one debit and one hash, whether or not there is such a user. Raises
        :class:`~idp.directory.passwords.HashingBusy`.
        """
        check = self._check(name, password, origin)
        if check.user is not None and check.user.must_change:
            return replace(check, user=None, failure="must_change_password", name=check.user.upn)
        return check

    def change_password(
        self, name: str, old: str, new: str, origin: Origin = NOWHERE
    ) -> PasswordCheck:
        """Let a user who gives the *old* password choose a *new* one; earlier sessions end.

        The old one is debited like any try, once the new one may be chosen.
        """
        complaint = passwords.complaint(new, old)
        if complaint is not None:
            return PasswordCheck(None, complaint, canonical(name) or "")
        check = self._check(name, old, origin)
        if check.user is None:
            return check
        with self._hasher.turn(_client(origin)):
            password_hash = self._hasher.hash(new)
        # An administrator who was quicker than the hash has the last word.
        changed = self._store.change_password(
            check.user.upn, password_hash, self._clock.now(), seen=check.user
        )
        return replace(check, user=changed, failure=None if changed else "wrong_password")

    def _check(self, name: str, password: str, origin: Origin) -> PasswordCheck:
        key = canonical(name)
        with self._hasher.turn(_client(origin)):
            if not is_acceptable(password):
                self._hasher.spend()
                return PasswordCheck(None, "password_refused", key or "")
            known = self._store.credentials(key) if key else None
            tried, right = self._try(known, _account(known, key or name), password, origin)
            event = _event_of(tried, right)
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
        # Asked at the last step: an administrator may have been quicker than the hash.
        user = self._store.accept_password(known.user.upn, known.password_hash, self._rules, origin)
        if user is None:
            return None, "wrong_password"
        return (None, "disabled") if user.disabled else (user, None)

    def _try(
        self, known: Credentials | None, account: str, password: str, origin: Origin
    ) -> tuple[Tried, bool]:
        """Debit, then check.

        The soft lock-out does not look at a locked account's password, the smart one does for the
        log alone: the right one is a sign that somebody else knows it.
        """
        looks = self._rules.is_enforced(origin)
        for _ in range(_ASK_AGAIN):
            tried = self._store.debit_password(account, self._clock.now(), self._rules, origin)
            stored = known.password_hash if known and (looks or tried.verdict.is_granted) else None
            right = self._hasher.matches(stored, password)
            if tried.verdict is not Debit.SETTLING:
                break
        return tried, right

    def add(
        self,
        name: str,
        password: str,
        *,
        display_name: str = "",
        email: str = "",
        groups: Sequence[str] = (),
    ) -> User:
        """Make a user; without *email*, the UPN is it. Raises :class:`DirectoryError`."""
        entry = imports.Entry(name, password, display_name, email, tuple(groups))
        faults = list(imports.faults_of(entry))
        if faults:
            raise DirectoryError(f"No user was made: {'; '.join(faults)}", code="bad_user")
        added = self._credentials(entry)
        self._add((added,))
        return added.user

    def import_csv(self, text: str) -> tuple[User, ...]:
        """Make all users of a file, or none.

        Columns: ``name``, ``password``, and if wanted ``display_name``, ``email`` and ``groups``
        (``;`` between them). Raises :class:`~idp.csv_table.CsvFaults` with every fault.
        """
        taken = frozenset(account_key(user.upn) for user in self._store.users())
        entries = imports.read_entries(text, taken)
        added = tuple(self._credentials(entry) for entry in entries)
        self._add(added)
        return tuple(each.user for each in added)

    def set_password(self, name: str, password: str, *, must_change: bool = False) -> User:
        """Give a user a new password; earlier sessions end, and the lock-out is cleared.

        With *must_change*, it is good only to choose another.
        """
        if not is_acceptable(password):
            raise _bad_password()
        with self._hasher.turn():
            password_hash = self._hasher.hash(password)
        upn = self._upn(name)
        changed = self._store.change_password(
            upn, password_hash, self._clock.now(), must_change=must_change
        )
        return _existing(name, changed)

    def disable(self, name: str) -> User:
        """Keep a user out from now on, also from sessions that last."""
        upn = self._upn(name)
        return _existing(name, self._store.set_disabled(upn, True, self._clock.now()))

    def enable(self, name: str) -> User:
        """Let a user in again, who must sign in afresh."""
        upn = self._upn(name)
        return _existing(name, self._store.set_disabled(upn, False, self._clock.now()))

    def sign_out(self, name: str) -> User:
        """End all sessions of a user, on all devices; they may sign in again."""
        upn = self._upn(name)
        return _existing(name, self._store.end_sessions(upn, self._clock.now()))

    def remove(self, name: str) -> None:
        """Remove a user and all that was theirs, so that a namesake inherits nothing."""
        if not self._store.remove_user(self._upn(name)):
            raise _unknown(name)

    def unlock(self, name: str) -> None:
        """Forget a user's wrong passwords."""
        self._store.clear_password_limits(self._upn(name))

    def lockouts(self, name: str | None = None) -> Mapping[str, LockoutState]:
        """Return by UPN how the lock-outs stand, for one user or for all who ever tried."""
        upn = None if name is None else self._upn(name)
        now, states = self._clock.now(), self._store.account_states(upn)
        return {each: self._rules.state_of(state, now) for each, state in states.items()}

    def list(self) -> tuple[User, ...]:
        """Return all users by name."""
        return tuple(self._store.users())

    def _upn(self, name: str) -> str:
        return _existing(name, self.find(name)).upn

    def _credentials(self, entry: imports.Entry) -> Credentials:
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
        with self._hasher.turn():
            return Credentials(user, self._hasher.hash(entry.password))

    def _add(self, added: Sequence[Credentials]) -> None:
        taken = self._store.add_users(added)
        if taken:
            raise DirectoryError(
                f"There is already a user whose UPN or account name is that of {', '.join(taken)}",
                "Choose another name, or change that user",
                code="user_exists",
            )


def _client(origin: Origin) -> str:
    return client_of(origin.addresses[-1] if origin.addresses else "")  # the last one is certain


def _event_of(tried: Tried, right: bool) -> LockoutEvent | None:
    if not tried.verdict.is_granted:
        return LockoutEvent.RIGHT_WHILE_LOCKED if right else None
    if tried.verdict is Debit.LAST and not right:
        return LockoutEvent.LOCKED_OUT
    return LockoutEvent.ALLOWED if tried.smart in (Debit.LOCKED, Debit.SETTLING) else None


def _account(known: Credentials | None, name: str) -> str:
    """Return the account that tries are debited from.

    Unknown names share a fixed number of accounts: they lock and cost the same as known ones, and
    fill no disk.
    """
    if known is not None:
        return known.user.upn
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
    return f"unknown {int.from_bytes(digest[:4], 'big') % _UNKNOWN_ACCOUNTS}"


def _existing(name: str, user: User | None) -> User:
    if user is None:
        raise _unknown(name)
    return user


def _unknown(name: str) -> DirectoryError:
    return DirectoryError(
        f"There is no user {name!r}", "See tallystick user list", code="unknown_user"
    )


def _bad_password() -> DirectoryError:
    return DirectoryError(
        f"A password has 1 to {MAX_PASSWORD_LENGTH} characters",
        "Choose another",
        code="bad_password",
    )
