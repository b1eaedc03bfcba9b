"""Phones and codes for the users of a test."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from idp.authenticator.client import Phone
from idp.authenticator.phonefile import PhoneFile
from idp.embedded.phones import PhoneKind, give_phone

if TYPE_CHECKING:
    from idp.services import Services


class Phones:
    """Makes phones, each with a file of its own in *folder*."""

    def __init__(self, services: Services, folder: Path) -> None:
        self._services = services
        self._folder = folder
        self._numbers = count(1)

    def open(self, file: Path) -> Phone:
        """Return the phone of a file; its clock is the server's."""
        clock = self._services.clock
        return Phone(PhoneFile(file), now=lambda: clock.now().timestamp())

    def give(self, name: str, app: PhoneKind, *, broker: bool = False) -> Phone:
        """Give a user a phone with this app."""
        file = self._folder / f"{name}-{next(self._numbers)}.json"
        give_phone(self._services, name, file, app=app, broker=broker)
        return self.open(file)

    def give_codes(self, name: str) -> str:
        """Give a user codes, and return their secret."""
        import pyotp

        secret = str(pyotp.random_base32())
        self._services.mfa.codes.register(name, secret)
        return secret
