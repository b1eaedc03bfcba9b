"""Registering a phone as a user's Authenticator by an activation code.

A code works once, for 10 minutes. One that is typed works for five tries (``limits.py``), so that
it is not guessed; the code of the link needs no such limit, and works on when strangers have used
up the tries of the other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from adapter.clock import Clock
from adapter.mfa.devices.activation import (
    HANDLE_DIGITS,
    LINK_BYTES,
    SECRET_DIGITS,
    Activation,
    NewCodes,
    check_phone,
    is_link_code,
    split_code,
    unknown_activation,
)
from adapter.mfa.devices.device import Device
from adapter.mfa.devices.limits import LIFETIME, MAX_TRIES
from adapter.mfa.devices.store import ActivationStore
from adapter.mfa.methods import MAX_NAME_LENGTH
from adapter.mfa.tokens import digits, token

MAX_HANDLE_DRAWS = 20
SEED_BYTES = 20
"""160 bits, the length that RFC 4226 §4 (R6) recommends."""

DEFAULT_NAME = "Authenticator"


@dataclass(frozen=True, slots=True)
class Activated:
    """A phone that was activated; ``seed`` (Base32) is returned this once, None without codes."""

    device: Device
    seed: str | None


class Activations:
    """Activation codes over a store. ``key`` is the farm's key for their digests, 32 bytes.

    ``on_used_up`` is called with the user's name when the last try of a typed code was wrong.
    """

    def __init__(
        self,
        store: ActivationStore,
        clock: Clock,
        key: bytes,
        random: Random,
        on_used_up: Callable[[str], None] = lambda user: None,
    ) -> None:
        self._on_used_up = on_used_up
        self._store = store
        self._clock = clock
        self._key = key
        self._random = random

    def create(self, user: str, *, totp: bool, tested: bool = False) -> NewCodes:
        """Return the codes of a new activation for *user*; with *totp* it brings codes as well.

        With *tested* the phone is registered only after a test notification.
        """
        now = self._clock.now()
        handle = self._free_handle(now)
        secret = digits(self._random, SECRET_DIGITS)
        link = token(self._random, LINK_BYTES)
        identifier = token(self._random)
        self._store.add(
            Activation(
                id=identifier,
                user=user,
                handle=handle,
                secret_digest=self._digest(identifier, secret),
                totp=totp,
                expires_at=now + LIFETIME,
                link_digest=self._link_digest(link),
                tested=tested,
            )
        )
        return NewCodes(handle + secret, link, identifier)

    def activate(
        self,
        code: str,
        *,
        public_key: bytes,
        platform: str,
        app_version: str,
        name: str,
        broker: bool = False,
        check_user: Callable[[str], None] = lambda user: None,
    ) -> Activated:
        """Register the phone that holds *public_key* (P-256, SubjectPublicKeyInfo DER).

        *code* is either of its codes. *broker* says that the user signs in on this device, which
        must be one with iOS. ``check_user`` is called with the user's name and raises to
        keep the phone out; that costs a typed code one of its tries. A bad key, platform or version
        costs nothing. Raises :class:`~adapter.mfa.devices.activation.ActivationRefused`, and
        :class:`~adapter.mfa.methods.TooManyMethods`.
        """
        check_phone(public_key, platform, app_version, broker=broker)
        activation = self._by_link(code) if is_link_code(code) else self._by_digits(code)
        check_user(activation.user)
        device = Device(
            id=token(self._random),
            user=activation.user,
            name=name.strip()[:MAX_NAME_LENGTH] or DEFAULT_NAME,
            platform=platform,
            app_version=app_version,
            public_key=public_key,
            activated_at=self._clock.now(),
            registration=activation.id if activation.tested else None,
            broker=broker,
        )
        seed = self._new_seed() if activation.totp else None
        if not self._store.finish(activation, device, seed):
            raise unknown_activation()
        return Activated(device, seed)

    def of_user(self, user: str) -> Sequence[Activation]:
        """Return the activations that *user*'s phones may still use."""
        return self._store.of_user(user, self._clock.now())

    def cancel(self, user: str, activation_id: str | None = None) -> bool:
        """End one activation of *user*, or all without an id; say whether there was any."""
        return self._store.end(user, activation_id)

    def _free_handle(self, now: datetime) -> str:
        """Draw a handle that no live code has, if one is soon found: sharing one shares tries."""
        for _ in range(MAX_HANDLE_DRAWS):
            handle = digits(self._random, HANDLE_DIGITS)
            if not self._store.live(handle, now):
                break
        return handle

    def _by_link(self, code: str) -> Activation:
        activation = self._store.by_link(self._link_digest(code), self._clock.now())
        if activation is None:
            raise unknown_activation()
        return activation

    def _by_digits(self, code: str) -> Activation:
        """Return the activation of *code*; the try is counted before the secret is compared.

        Otherwise many guesses at the same time would all be compared.
        """
        handle, secret = split_code(code)
        tried = self._store.count_try(handle, self._clock.now(), MAX_TRIES)
        for activation in tried:
            digest = self._digest(activation.id, secret)
            if hmac.compare_digest(digest, activation.secret_digest):
                return activation
        for activation in tried:
            if activation.tries == MAX_TRIES:
                self._on_used_up(activation.user)
        raise unknown_activation()

    def _new_seed(self) -> str:
        return base64.b32encode(self._random.randbytes(SEED_BYTES)).decode()

    def _link_digest(self, link: str) -> bytes:
        return hmac.digest(self._key, f"activation-link:{link}".encode(), hashlib.sha256)

    def _digest(self, identifier: str, secret: str) -> bytes:
        return hmac.digest(self._key, f"activation:{identifier}:{secret}".encode(), hashlib.sha256)
