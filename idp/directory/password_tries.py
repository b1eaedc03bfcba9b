"""One try at a password, however it is proved: its debit, its check, and what the lock-outs say.

A password may come as such, or as an answer that only who knows its NT hash can give (MS-CHAP).
What is tried is a :class:`Proof`; all rules about tries are here, once for both.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from adapter.clock import Clock
from idp.directory.lockout import Debit, LockoutRules, Origin, unknown_account
from idp.directory.nt_hash import NT_HASH_LENGTH, NtHashStore, nt_hash
from idp.directory.password_check import PasswordCheck, event_of
from idp.directory.passwords import PasswordHasher
from idp.directory.user_store import Credentials, UserStore
from idp.directory.users import User, canonical_name

_PAUSES = (0.05, 0.1, 0.2)
"""Seconds to wait, before each further ask, for a lock that a right password may still clear."""


class Proof(Protocol):
    """What a user gives to show knowledge of the password, for one try.

    ``failure`` is why the last :meth:`check` said no.
    """

    failure: str

    def turn(self, client: str) -> AbstractContextManager[None]:
        """Wait until *client* may have its try checked; the block debits and checks it."""

    def check(self, known: Credentials | None) -> bool:
        """Say whether it is right for this user; as slowly for None, which never is."""

    def accept(self, known: Credentials) -> None:
        """Do what can be done now that it was right, and the user's password has not changed."""


class GivenPassword:
    """A password, which costs exactly one hash."""

    failure = "wrong_password"

    def __init__(
        self, password: str, hasher: PasswordHasher, nt_hashes: NtHashStore | None
    ) -> None:
        self._password = password
        self._hasher = hasher
        self._nt_hashes = nt_hashes

    def turn(self, client: str) -> AbstractContextManager[None]:
        """Take one of the hasher's slots. Raises :class:`~idp.directory.passwords.HashingBusy`."""
        return self._hasher.slot(client)

    def check(self, known: Credentials | None) -> bool:
        """Compute the hash and compare it."""
        return self._hasher.matches(known.password_hash if known else None, self._password)

    def accept(self, known: Credentials) -> None:
        """Keep the NT hash, if an administrator wants it kept."""
        if known.wants_nt_hash:
            keep_nt_hash(self._nt_hashes, known.user.upn, known.password_hash, self._password)


class NtResponse:
    """An answer that *is_right* judges by the user's NT hash.

    After it was accepted, ``nt_hash`` is that hash.
    """

    def __init__(self, is_right: Callable[[bytes], bool], nt_hashes: NtHashStore | None) -> None:
        self._is_right = is_right
        self._nt_hashes = nt_hashes
        self._stand_in = secrets.token_bytes(NT_HASH_LENGTH)
        self._found: bytes | None = None
        self.failure = "wrong_password"
        self.nt_hash: bytes | None = None

    def turn(self, client: str) -> AbstractContextManager[None]:
        """Wait for nothing: nothing here is expensive."""
        return nullcontext()

    def check(self, known: Credentials | None) -> bool:
        """Judge the answer, by a hash that nobody has if the user's is not kept."""
        upn, stored = (known.user.upn, known.password_hash) if known else ("", "")
        self._found = self._nt_hashes.find(upn, stored) if self._nt_hashes else None
        self.failure = "no_nt_hash" if self._found is None else "wrong_password"
        is_right = self._is_right(self._found or self._stand_in)
        return is_right and self._found is not None

    def accept(self, known: Credentials) -> None:
        """Remember the hash."""
        self.nt_hash = self._found


class PasswordTries:
    """Debits and judges tries; *unknown_key* and *wait* are those of the directory."""

    def __init__(
        self,
        store: UserStore,
        clock: Clock,
        rules: LockoutRules,
        unknown_key: bytes,
        wait: Callable[[float], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._rules = rules
        self._unknown_key = unknown_key
        self._wait = wait

    def check(self, name: str, proof: Proof, origin: Origin) -> PasswordCheck:
        """Try *proof* for the user of this name, once the lock of the account is settled."""
        key = canonical_name(name)
        for pause in _PAUSES:
            check = self._try(key, name, proof, origin, settles=True)
            if check is not None:
                return check
            self._wait(pause)
        last = self._try(key, name, proof, origin, settles=False)
        return last or PasswordCheck(None, "locked", key or "")

    def _try(
        self, key: str | None, name: str, proof: Proof, origin: Origin, *, settles: bool
    ) -> PasswordCheck | None:
        """Debit, then check, in one turn.

        Returns None, without a check, if the account is locked by tries of which one may still turn
        out right, and the caller asks again if it *settles*. The soft lock-out does not look at a
        locked account's password, the smart one does for the log alone: the right one is a sign
        that somebody else knows it.
        """
        with proof.turn(origin.client):
            known = self._store.credentials(key) if key else None
            account = known.user.upn if known else unknown_account(key or name, self._unknown_key)
            tried = self._store.debit_password(account, self._clock.now(), self._rules, origin)
            if settles and tried.verdict is Debit.SETTLING:
                return None
            looks = tried.verdict.is_granted or self._rules.is_enforced(origin)
            right = proof.check(known if looks else None)
            event = event_of(tried, right)
            if known is None:
                return PasswordCheck(None, "unknown_user", key or "")
            if not tried.verdict.is_granted:
                return PasswordCheck(None, "locked", key or "", event)
            user, failure = self._judge(known, proof, right, origin)
        return PasswordCheck(user, failure, key or "", event)

    def _judge(
        self, known: Credentials, proof: Proof, right: bool, origin: Origin
    ) -> tuple[User | None, str | None]:
        if not right:
            return None, proof.failure
        # Reads the user again: an administrator may have changed it during the check.
        user = self._store.accept_password(known.user.upn, known.password_hash, self._rules, origin)
        if user is None:
            return None, "wrong_password"
        if user.disabled:
            return None, "disabled"
        proof.accept(known)
        return user, None


def keep_nt_hash(
    nt_hashes: NtHashStore | None, upn: str, password_hash: str, password: str
) -> None:
    """Keep the NT hash of the user's password, whose hash is stored, if it is wanted and not kept.

    Called wherever a password is known to be the user's.
    """
    if nt_hashes is not None and nt_hashes.is_due(upn, password_hash):
        nt_hashes.keep(upn, password_hash, nt_hash(password))
