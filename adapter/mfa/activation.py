"""Turning a phone into a user's Authenticator by a code: once, 10 minutes, five tries."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from adapter.clock import Clock
from adapter.errors import TallystickError
from adapter.mfa.devices import PLATFORMS, Device, is_app_version
from adapter.mfa.ports import Activation, MfaStore
from adapter.mfa.tokens import digits, token

LIFETIME = timedelta(minutes=10)
TRIES = 5
HANDLE_DIGITS = 3
HANDLE_DRAWS = 20
SECRET_DIGITS = 6
SEED_BYTES = 20
NAME_LENGTH = 64

_CODE = re.compile(rf"[0-9]{{{HANDLE_DIGITS + SECRET_DIGITS}}}", re.ASCII)


class ActivationRefused(TallystickError):
    """Raised when a phone cannot be activated."""


@dataclass(frozen=True, slots=True)
class Activated:
    """A phone that was activated; ``seed`` is its source of codes, told this once, or None."""

    device: Device
    seed: str | None


class Activations:
    """Activation codes over a store.

    The first three digits of a code find its activation and the other six prove it, so that a
    guess is counted against something, and before it is looked at: else of many guesses at once
    all would be.
    """

    def __init__(self, store: MfaStore, clock: Clock, key: bytes, random: Random) -> None:
        self._store = store
        self._clock = clock
        self._key = key
        self._random = random

    def create(self, user: str, *, totp: bool) -> str:
        """Return a new code for *user*; it ends after one use, 10 minutes or five tries."""
        now = self._clock.now()
        handle = self._free_handle(now)
        secret = digits(self._random, SECRET_DIGITS)
        identifier = token(self._random)
        self._store.add_activation(
            Activation(
                id=identifier,
                user=user,
                handle=handle,
                secret_digest=self._digest(identifier, secret),
                totp=totp,
                expires_at=now + LIFETIME,
            )
        )
        return handle + secret

    def activate(
        self,
        code: str,
        *,
        public_key: bytes,
        platform: str,
        app_version: str,
        name: str,
        check_user: Callable[[str], None] = lambda user: None,
    ) -> Activated:
        """Make the phone that holds *public_key* (P-256, SubjectPublicKeyInfo DER) the user's own.

        ``check_user`` is called with the user's name and raises to keep the phone out; that costs
        the code one of its tries, a bad key, platform or version costs nothing. Raises
        :class:`ActivationRefused`.
        """
        _must_describe_a_phone(public_key, platform, app_version)
        activation = self._try(code)
        check_user(activation.user)
        device = Device(
            id=token(self._random),
            user=activation.user,
            name=name.strip()[:NAME_LENGTH] or "Authenticator",
            platform=platform,
            app_version=app_version,
            public_key=public_key,
            activated_at=self._clock.now(),
        )
        seed = self._new_seed() if activation.totp else None
        if not self._store.finish_activation(activation, device, seed):
            raise _unknown()
        return Activated(device, seed)

    def _free_handle(self, now: datetime) -> str:
        """Draw a handle that no live code has, if one is soon found: sharing one shares tries."""
        for _ in range(HANDLE_DRAWS):
            handle = digits(self._random, HANDLE_DIGITS)
            if not self._store.live_activations(handle, now):
                break
        return handle

    def _try(self, code: str) -> Activation:
        code = "".join(code.split())
        if not _CODE.fullmatch(code):
            raise _unknown()
        handle, secret = code[:HANDLE_DIGITS], code[HANDLE_DIGITS:]
        for activation in self._store.try_activations(handle, self._clock.now(), TRIES):
            digest = self._digest(activation.id, secret)
            if hmac.compare_digest(digest, activation.secret_digest):
                return activation
        raise _unknown()

    def _new_seed(self) -> str:
        """Return 160 random bits as Base32 (RFC 4226 §4, R6)."""
        return base64.b32encode(self._random.randbytes(SEED_BYTES)).decode()

    def _digest(self, identifier: str, secret: str) -> bytes:
        return hmac.digest(self._key, f"activation:{identifier}:{secret}".encode(), hashlib.sha256)


def _unknown() -> ActivationRefused:
    return ActivationRefused(
        "This activation code is not valid, or was used already",
        "Ask for a new one: tallystick user activate NAME",
        code="activation_unknown",
    )


def _must_describe_a_phone(public_key: bytes, platform: str, app_version: str) -> None:
    if not _is_p256(public_key):
        raise ActivationRefused(
            "The key is not a P-256 key", "Send its public part", code="bad_key"
        )
    if platform not in PLATFORMS:
        allowed = ", ".join(PLATFORMS)
        raise ActivationRefused(
            "The platform is unknown", f"Use one of {allowed}", code="bad_platform"
        )
    if not is_app_version(app_version):
        raise ActivationRefused(
            "The app version is not one",
            "Use numbers with dots, like 6.2111.7701",
            code="bad_version",
        )


def _is_p256(der: bytes) -> bool:
    try:
        key = load_der_public_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
