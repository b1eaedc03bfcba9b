"""The users of a test: their names, passwords, phones and codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from operator import methodcaller
from typing import TYPE_CHECKING

from idp.testing.expected import EXPECTED

if TYPE_CHECKING:
    from adapter.clock import Clock
    from idp.authenticator.client import Phone

__tracebackhide__ = methodcaller("errisinstance", EXPECTED)

DEFAULT_NAME = "user@example.test"
DEFAULT_PASSWORD = "correct horse"  # noqa: S105 - of sample users


@dataclass(frozen=True, slots=True)
class User:
    """A user who can sign in: ``phone`` answers pushes, ``totp_secret`` is Base32."""

    name: str
    password: str = DEFAULT_PASSWORD
    phone: Phone | None = None
    totp_secret: str | None = None
    clock: Clock | None = field(default=None, repr=False, compare=False)

    def code(self, steps: int = 0) -> str:
        """Return the current one-time password, or that of *steps* times 30 seconds later."""
        if self.totp_secret is None or self.clock is None:
            raise ValueError(f"{self.name} has no codes: use add_user(..., totp=True)")
        import pyotp

        at = self.clock.now() + timedelta(seconds=30 * steps)
        return str(pyotp.TOTP(self.totp_secret).at(at))
