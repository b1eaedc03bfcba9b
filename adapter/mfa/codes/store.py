"""The storage that the code factor needs."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from adapter.mfa.codes.limits import CodeLimits


class CodeTransaction(Protocol):
    """One user's codes, while no other thread or node can change them."""

    def limits(self) -> CodeLimits:
        """Return the user's wrong codes."""

    def save_limits(self, limits: CodeLimits) -> None:
        """Store the user's wrong codes."""

    def seed(self) -> str | None:
        """Return the Base32 seed of the user's codes, or None if the user has none."""

    def claim(self, kind: str, key: str, expires_at: datetime) -> bool:
        """Use up *key* of *kind*; return False if it was used before (one unique insert)."""


class CodeStore(Protocol):
    """The seeds and wrong codes of all users."""

    def transaction(self, user: str) -> AbstractContextManager[CodeTransaction]:
        """Open a transaction that excludes all others of this user, on every node.

        It is committed durably when left, and changes nothing when left by an exception.
        """

    def has_seed(self, user: str) -> bool:
        """Say whether the user has a seed."""

    def save_seed(self, user: str, seed: str) -> None:
        """Store the seed (Base32), sealed; it replaces an earlier one."""
