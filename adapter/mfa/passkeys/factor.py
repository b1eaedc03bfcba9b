"""The passkey factor: makes options for browsers, registers passkeys and takes their signatures.

An answer is checked whole before anything is stored for it, so strangers write nothing. Then its
challenge is claimed, together with the change that it allows, in one transaction.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

from adapter.clock import Clock
from adapter.mfa.methods import MAX_NAME_LENGTH, RegisteredMethod
from adapter.mfa.passkeys import ceremony, challenge, limits
from adapter.mfa.passkeys.challenge import Binding, Purpose
from adapter.mfa.passkeys.limits import MAX_PASSKEYS, TooManyPasskeys
from adapter.mfa.passkeys.passkey import Passkey, PasskeyRefused, RelyingParty, not_offered
from adapter.mfa.passkeys.store import PasskeyStore, PasskeyTransaction
from adapter.mfa.policy import PASSKEY
from adapter.mfa.protection.block import BLOCKED, is_in_force
from adapter.mfa.tokens import token

CHALLENGE = "passkey-challenge"
"""The kind of what is used once: a challenge, by its text in hexadecimal digits."""

DEFAULT_NAME = "Passkey"


class PasskeyFactor:
    """The passkey factor over a store.

    *party* is this server as passkeys know it, None where its address allows none: then every
    call for options or with an answer raises
    :class:`~adapter.mfa.passkeys.passkey.PasskeyRefused` (``passkeys_not_offered``). *key* is the
    farm's key for digests, 32 bytes.
    """

    kind = PASSKEY

    def __init__(
        self,
        store: PasskeyStore,
        clock: Clock,
        party: RelyingParty | None,
        key: bytes,
        random: Random,
    ) -> None:
        self._store = store
        self._clock = clock
        self._known_party = party
        self._key = key
        self._random = random

    @property
    def is_offered(self) -> bool:
        """Whether browsers have passkeys at this server's address."""
        return self._known_party is not None

    def methods_of(self, user: str) -> Sequence[RegisteredMethod]:
        """Return the user's passkeys, oldest first."""
        return [
            RegisteredMethod(
                id=passkey.id,
                kind=self.kind,
                name=passkey.name,
                created=passkey.created_at,
                last_used=passkey.last_used_at,
                details={"synced": passkey.is_synced},
            )
            for passkey in self._store.of_user(user)
        ]

    def registration_options(
        self, user: str, *, display_name: str = "", attempt: str
    ) -> dict[str, Any]:
        """Return what ``navigator.credentials.create`` needs to make a passkey for *user* (a UPN).

        The same *attempt*, for example the id of the session, must come with the answer. Devices
        that have a passkey of the user already make no second one. Raises
        :class:`~adapter.mfa.passkeys.limits.TooManyPasskeys`.
        """
        party = self._party()
        passkeys = self._store.of_user(user)
        if len(passkeys) >= MAX_PASSKEYS:
            raise TooManyPasskeys(user)
        binding = Binding(Purpose.REGISTRATION, user, attempt)
        return ceremony.creation_options(
            party,
            self._challenge(binding, limits.REGISTRATION_LIFETIME),
            handle=self._handle(user),
            user=user,
            display_name=display_name,
            exclude=passkeys,
        )

    def register(self, user: str, answer: str, *, attempt: str, name: str = "") -> Passkey:
        """Register the passkey that a browser has made for *user*; the user is told.

        *answer* is the JSON of ``credential.toJSON()``. Raises
        :class:`~adapter.mfa.passkeys.passkey.PasskeyRefused` and
        :class:`~adapter.mfa.passkeys.limits.TooManyPasskeys`.
        """
        party, given, now = self._party(), ceremony.read_answer(answer), self._clock.now()
        binding = Binding(Purpose.REGISTRATION, user, attempt)
        expires_at = challenge.expiry_of(self._key, given.challenge, binding, now)
        made = ceremony.verify_registration(party, given)
        passkey = Passkey(
            id=token(self._random),
            user=user,
            name=name.strip()[:MAX_NAME_LENGTH] or DEFAULT_NAME,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            transports=made.transports,
            is_synced=made.is_synced,
            created_at=now,
        )
        with self._store.transaction(user) as mine:
            if len(mine.passkeys()) >= MAX_PASSKEYS:
                raise TooManyPasskeys(user)
            if not mine.claim(CHALLENGE, given.challenge.hex(), expires_at):
                raise _used()
            if not mine.add(passkey):
                raise PasskeyRefused(
                    "This passkey is registered already", "Use it", code="passkey_exists"
                )
        return passkey

    def authentication_options(self, user: str = "", *, attempt: str) -> dict[str, Any]:
        """Return what ``navigator.credentials.get`` needs to use a passkey.

        With *user*, only passkeys of this user are offered; without, all that the browser knows for
        this server. The same *user* and *attempt* must come with the answer.
        """
        party = self._party()
        binding = Binding(Purpose.AUTHENTICATION, user, attempt)
        new = self._challenge(binding, limits.AUTHENTICATION_LIFETIME)
        allow = self._store.of_user(user) if user else ()
        return ceremony.request_options(party, new, allow=allow)

    def authenticate(self, answer: str, user: str = "", *, attempt: str) -> Passkey:
        """Return the passkey that has signed the challenge; its owner is then proved.

        Without *user*, it is its ``user`` who signs in. Raises
        :class:`~adapter.mfa.passkeys.passkey.PasskeyRefused`.
        """
        party, given, now = self._party(), ceremony.read_answer(answer), self._clock.now()
        binding = Binding(Purpose.AUTHENTICATION, user, attempt)
        expires_at = challenge.expiry_of(self._key, given.challenge, binding, now)
        passkey = self._store.by_credential(given.credential_id)
        if passkey is None or (user and passkey.user != user):
            raise _unknown()
        handle, is_named = self._handle(passkey.registered_for or passkey.user), bool(user)
        count = ceremony.verify_authentication(
            party, given, passkey, handle=handle, is_named=is_named
        )
        with self._store.transaction(passkey.user) as mine:
            stored = _still_there(mine, passkey)
            if is_in_force(mine.block(), now):
                raise _blocked(stored.user)
            if not mine.claim(CHALLENGE, given.challenge.hex(), expires_at):
                raise _used()
            if not limits.has_advanced(stored.sign_count, count):
                raise _copied(stored.user)
            mine.use(stored.id, count, now)
        return stored

    def remove(self, user: str, method_id: str) -> bool:
        """Remove one of the user's passkeys, and tell the user."""
        with self._store.transaction(user) as mine:
            return mine.remove(method_id, self._clock.now())

    def unlock(self, user: str) -> None:
        """Do nothing: nobody guesses a signature, so nothing is counted."""

    def _party(self) -> RelyingParty:
        if self._known_party is None:
            raise not_offered()
        return self._known_party

    def _challenge(self, binding: Binding, lifetime: timedelta) -> bytes:
        return challenge.make(self._key, self._random, binding, self._clock.now() + lifetime)

    def _handle(self, user: str) -> bytes:
        """Return what passkeys know the user by: always the same, and not the user's name."""
        return hmac.digest(self._key, f"passkey-user:{user}".encode(), hashlib.sha256)


def _still_there(mine: PasskeyTransaction, passkey: Passkey) -> Passkey:
    """Return the passkey as it is stored now, unless it was removed meanwhile."""
    for each in mine.passkeys():
        if each.id == passkey.id:
            return each
    raise _unknown()


def _unknown() -> PasskeyRefused:
    return PasskeyRefused(
        "This passkey is not registered here, or not any more",
        "Sign in another way, then register one",
        code="passkey_unknown",
    )


def _blocked(user: str) -> PasskeyRefused:
    return PasskeyRefused(
        "The user is blocked from every second factor",
        "An administrator can end that: tallystick user unblock NAME",
        code=BLOCKED,
        user=user,
    )


def _used() -> PasskeyRefused:
    return PasskeyRefused(
        "This answer of a passkey was used before", "Load the page again", code="passkey_used"
    )


def _copied(user: str) -> PasskeyRefused:
    return PasskeyRefused(
        "The passkey has counted backwards: there is a copy of it",
        "Remove it, and register another one",
        code="passkey_copied",
        user=user,
    )
