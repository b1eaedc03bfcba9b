"""Users of a test: their names, passwords, phones and codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapter.clock import Clock
    from idp.authenticator.client import Phone

DEFAULT_NAME = "user@example.test"
DEFAULT_PASSWORD = "correct horse"  # noqa: S105 - of sample users

PHONES = {
    # kind           platform   app version: None is one that matches numbers
    "phone-current": ("android", None),
    "phone-old":     ("android", "6.2110.7701"),
    "wearable":      ("watchos", "1.0"),
}  # fmt: skip
"""The phones that a user may be given, in the words of ``adapter.decide``."""


@dataclass(frozen=True, slots=True)
class User:
    """A user who can sign in. ``phone`` answers pushes; ``totp_secret`` is Base32."""

    name: str
    password: str = DEFAULT_PASSWORD
    phone: Phone | None = None
    totp_secret: str | None = None
    clock: Clock | None = field(default=None, repr=False, compare=False)

    def code(self, steps: int = 0) -> str:
        """Return the one-time password of now, or of so many steps of 30 seconds later."""
        if self.totp_secret is None or self.clock is None:
            raise ValueError(f"{self.name} has no codes: make one with add_user(..., totp=True)")
        import pyotp

        at = self.clock.now() + timedelta(seconds=30 * steps)
        return str(pyotp.TOTP(self.totp_secret).at(at))
