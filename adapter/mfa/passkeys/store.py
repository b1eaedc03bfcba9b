"""The storage that the passkey factor needs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from adapter.mfa.passkeys.passkey import Passkey
from adapter.mfa.protection.block import Block


class PasskeyTransaction(Protocol):
    """One user's passkeys, while no other thread or node can change them."""

    def passkeys(self) -> Sequence[Passkey]:
        """Return the user's passkeys, oldest first."""

    def add(self, passkey: Passkey) -> bool:
        """Store a new passkey of this user, and tell the user.

        Returns False, and stores nothing, if any user has one with its ``credential_id``.
        """

    def use(self, passkey_id: str, sign_count: int, now: datetime) -> None:
        """Store that a passkey was used at *now*, with this counter."""

    def remove(self, passkey_id: str, now: datetime) -> bool:
        """Remove a passkey, and tell the user; return False if the user has none of this id."""

    def block(self) -> Block | None:
        """Return what blocks the user's second factors, whether or not it has expired."""

    def claim(self, kind: str, key: str, expires_at: datetime) -> bool:
        """Use up *key* of *kind*; return False if it was used before (one unique insert)."""


class PasskeyStore(Protocol):
    """The passkeys of all users."""

    def transaction(self, user: str) -> AbstractContextManager[PasskeyTransaction]:
        """Open a transaction that excludes all others of this user, on every node.

        It is committed durably when left, and changes nothing when left by an exception.
        """

    def of_user(self, user: str) -> Sequence[Passkey]:
        """Return the user's passkeys, oldest first."""

    def by_credential(self, credential_id: bytes) -> Passkey | None:
        """Return the passkey that browsers call *credential_id*, or None."""
