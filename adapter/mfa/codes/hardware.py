"""Hardware tokens: devices that show codes, which an administrator registers by their secrets.

A token is good for nothing until somebody has typed a code of it that is right: that shows that the
secret belongs to the device that the user holds. The source of the limits is Microsoft Entra: a
Base32 secret of at most 128 characters, steps of 30 or 60 seconds, SHA-1, six digits.
"""

from __future__ import annotations

import base64
import binascii
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from adapter.errors import TallystickError

PERIODS = (30, 60)
"""Seconds for which a token may show one code."""

MIN_SECRET_LENGTH = 16
MAX_SECRET_LENGTH = 128
"""Characters of Base32; the shortest are 80 bits."""

MAX_TEXT_LENGTH = 64
"""Characters of a serial number, a manufacturer or a model."""


class BadToken(TallystickError):
    """Raised for data that no token can have; the sentences never repeat a secret."""

    code = "bad_hardware_token"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(
            f"This is no hardware token: {'; '.join(faults)}",
            "Take serial number, secret key and time interval from the manufacturer's file",
        )
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token to be registered for *user* (a UPN); ``secret`` is Base32, ``period`` seconds."""

    user: str
    serial_number: str
    secret: str
    period: int = 30
    manufacturer: str = ""
    model: str = ""

    @property
    def name(self) -> str:
        """What the token is called until its user renames it."""
        return " ".join(filter(None, (self.manufacturer, self.model))) or self.serial_number


@dataclass(frozen=True, slots=True)
class HardwareToken:
    """A registered token, without its secret; ``activated`` is None as long as it waits."""

    id: str
    user: str
    serial_number: str
    name: str
    period: int
    manufacturer: str
    model: str
    created: datetime
    activated: datetime | None
    last_used: datetime | None


def read_token(
    user: str,
    *,
    serial_number: str,
    secret: str,
    period: str | int = 30,
    manufacturer: str = "",
    model: str = "",
) -> NewToken:
    """Return the token of what somebody gave; raises :class:`BadToken` with all faults.

    Blanks and hyphens between groups of the secret, its padding and small letters do not matter.
    """
    secret = "".join(secret.split()).replace("-", "").rstrip("=").upper()
    faults = [] if serial_number else ["the serial number is missing"]
    named = {"serial number": serial_number, "manufacturer": manufacturer, "model": model}
    for name, text in named.items():
        if len(text) > MAX_TEXT_LENGTH:
            faults.append(f"the {name} has more than {MAX_TEXT_LENGTH} characters")
        if any(unicodedata.category(letter).startswith("C") for letter in text):
            faults.append(f"the {name} has control characters")
    if not MIN_SECRET_LENGTH <= len(secret) <= MAX_SECRET_LENGTH:
        faults.append(f"the secret key has not {MIN_SECRET_LENGTH} to {MAX_SECRET_LENGTH} letters")
    elif not _is_base32(secret):
        faults.append("the secret key is not Base32 (A to Z and 2 to 7)")
    if str(period) not in map(str, PERIODS):
        faults.append("the time interval is neither 30 nor 60 seconds")
    if faults:
        raise BadToken(faults)
    return NewToken(user, serial_number, secret, int(period), manufacturer, model)


def _is_base32(secret: str) -> bool:
    try:
        base64.b32decode(secret + "=" * (-len(secret) % 8))
    except (binascii.Error, ValueError):
        return False
    return True
