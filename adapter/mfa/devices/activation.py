"""The activation of a device: its two codes, and what a phone must be to use them.

The code in the QR and the link is too long to be guessed, and finds the activation by itself. The
other code has nine digits, to be typed. The first three (the handle) find the activation and the
other six (the secret) prove it, so that a guess is counted against something before it is compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from adapter.errors import TallystickError
from adapter.mfa.devices.device import (
    BROKER_PLATFORM,
    NO_APP_PLATFORM,
    PLATFORMS,
    is_app_version,
)
from adapter.mfa.typed_digits import tidy_digits

HANDLE_DIGITS = 3
SECRET_DIGITS = 6
LINK_BYTES = 16
"""Random bytes of the code in the QR and the link: nobody guesses one of 128 bits."""

_CODE = re.compile(rf"([0-9]{{{HANDLE_DIGITS}}})([0-9]{{{SECRET_DIGITS}}})", re.ASCII)
_LINK_CODE = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


class ActivationRefused(TallystickError):
    """Raised when a phone cannot be activated; the code says why."""


@dataclass(frozen=True, slots=True)
class Activation:
    """A code that makes a phone the user's Authenticator, once.

    ``link_digest`` (keyed) finds it by the code of its link; None for one that was made before
    there were links. For the code that is typed, ``handle`` finds it, and ``secret_digest`` (keyed)
    proves it; ``tries`` counts the secrets given.
    With ``totp`` the phone becomes a source of one-time passwords as well. With ``tested`` it is
    registered only once it has answered a test notification (:mod:`adapter.mfa.registration`).
    """

    id: str
    user: str
    handle: str
    secret_digest: bytes
    totp: bool
    expires_at: datetime
    tries: int = 0
    link_digest: bytes | None = None
    tested: bool = False


class NewCodes(NamedTuple):
    """The two codes of a new activation: nine digits to type, and that of QR code and link.

    ``id`` is that of the activation, which is no secret.
    """

    typed: str
    link: str
    id: str


def is_link_code(code: str) -> bool:
    """Say whether *code* has the shape of one in a link."""
    return _LINK_CODE.fullmatch(code) is not None


def split_code(code: str) -> tuple[str, str]:
    """Return handle and secret of a code, which may be typed in groups.

    Raises :class:`ActivationRefused` (``activation_unknown``) for text that is not a code.
    """
    found = _CODE.fullmatch(tidy_digits(code))
    if found is None:
        raise unknown_activation()
    return found[1], found[2]


def unknown_activation() -> ActivationRefused:
    """Return the one answer to every code that does not work: it tells a guesser nothing."""
    return ActivationRefused(
        "This activation code is not valid, or was used already",
        "Ask for a new one: tallystick user activate NAME",
        code="activation_unknown",
    )


def check_phone(
    public_key: bytes, platform: str, app_version: str, *, broker: bool = False
) -> None:
    """Raise :class:`ActivationRefused` unless these describe a phone that can be activated.

    ``public_key`` must be a P-256 key as SubjectPublicKeyInfo DER (else ``bad_key``), ``platform``
    one of :data:`~adapter.mfa.devices.device.PLATFORMS` (``bad_platform``) for which there
    is an app (``no_app_for_watchos``), ``app_version`` numbers with dots (``bad_version``). With
    ``broker`` the platform must be iOS (``broker_needs_ios``).
    """
    if not _is_p256(public_key):
        raise ActivationRefused(
            "The key is not a P-256 key", "Send its public part", code="bad_key"
        )
    if platform not in PLATFORMS:
        allowed = ", ".join(PLATFORMS)
        raise ActivationRefused(
            "The platform is unknown", f"Use one of {allowed}", code="bad_platform"
        )
    if platform == NO_APP_PLATFORM:
        raise ActivationRefused(
            "There is no Authenticator for Apple Watch",
            "Delete Authenticator from the watch, and activate it on another device",
            code="no_app_for_watchos",
        )
    if broker and platform != BROKER_PLATFORM:
        raise ActivationRefused(
            "Only iOS has broker flows, with sign-in page and app on the same device",
            f"Choose the platform {BROKER_PLATFORM}",
            code="broker_needs_ios",
        )
    if not is_app_version(app_version):
        raise ActivationRefused(
            "The app version is not valid",
            "Use numbers with dots, like 6.2111.7701",
            code="bad_version",
        )


def _is_p256(der: bytes) -> bool:
    try:
        key = load_der_public_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
