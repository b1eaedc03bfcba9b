"""Tells a storage what it will be asked for, so that it can read all of it at one time."""

from __future__ import annotations

from typing import Protocol


class ReadAhead(Protocol):
    """What is about to be read of a user; a storage may as well read nothing yet."""

    def methods(self, user: str) -> None:
        """All methods of the user, and what the policies allow, are about to be read."""

    def asked(self, user: str) -> None:
        """What a sign-in may ask the user for is about to be read, and what the policies allow."""

    def permissions(self, user: str) -> None:
        """What the policies allow the user is about to be read."""
