"""The storage that access passes need."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from adapter.mfa.access_pass.access_pass import AccessPass
from adapter.mfa.access_pass.limits import PassLimits
from adapter.mfa.protection.block import Block


class PassTransaction(Protocol):
    """One user's pass and wrong passes, while no other thread or node can change them."""

    def limits(self) -> PassLimits:
        """Return the user's wrong passes."""

    def save_limits(self, limits: PassLimits) -> None:
        """Store the user's wrong passes."""

    def access_pass(self) -> AccessPass | None:
        """Return the user's pass, whether or not it still works."""

    def save(self, issued: AccessPass) -> None:
        """Store a new pass in place of an older one, and tell the user."""

    def mark_used(self, now: datetime) -> None:
        """Store that the pass was right at *now*."""

    def remove(self, now: datetime) -> bool:
        """Remove the pass, and tell the user; return False if there is none."""

    def block(self) -> Block | None:
        """Return what blocks the user's second factors, whether or not it has expired."""

    def claim(self, kind: str, key: str, expires_at: datetime) -> bool:
        """Use up *key* of *kind*; return False if it was used before (one unique insert)."""

    def is_used(self, kind: str, key: str) -> bool:
        """Say whether *key* of *kind* was used up."""


class AccessPassStore(Protocol):
    """The passes of all users: one each."""

    def transaction(self, user: str) -> AbstractContextManager[PassTransaction]:
        """Open a transaction that excludes all others of this user, on every node.

        It is committed durably when left, and changes nothing when left by an exception.
        """

    def find(self, user: str) -> AccessPass | None:
        """Return the user's pass, whether or not it still works."""
