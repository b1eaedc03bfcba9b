"""The storage that the code factor needs."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adapter.mfa.codes.limits import CodeLimits


@dataclass(frozen=True, slots=True)
class CodeSource:
    """A user's source of codes; ``created`` is None for one made before that was stored."""

    created: datetime | None
    last_used: datetime | None


class CodeTransaction(Protocol):
    """One user's codes, while no other thread or node can change them."""

    def limits(self) -> CodeLimits:
        """Return the user's wrong codes."""

    def save_limits(self, limits: CodeLimits) -> None:
        """Store the user's wrong codes."""

    def seed(self) -> str | None:
        """Return the Base32 seed of the user's codes, or None if the user has none."""

    def mark_used(self, now: datetime) -> None:
        """Store that a code of the user's seed was right at *now*.

        A report of the user then no longer pauses requests to the user's phones.
        """

    def remove_seed(self, now: datetime) -> bool:
        """Remove the user's seed, and tell the user; return False if there is none."""

    def claim(self, kind: str, key: str, expires_at: datetime) -> bool:
        """Use up *key* of *kind*; return False if it was used before (one unique insert)."""


class CodeStore(Protocol):
    """The seeds and wrong codes of all users."""

    def transaction(self, user: str) -> AbstractContextManager[CodeTransaction]:
        """Open a transaction that excludes all others of this user, on every node.

        It is committed durably when left, and changes nothing when left by an exception.
        """

    def source_of(self, user: str) -> CodeSource | None:
        """Return the user's source of codes, or None without one."""

    def save_seed(self, user: str, seed: str, now: datetime) -> None:
        """Store the seed (Base32), sealed; it replaces an earlier one.

        The user is told, in the same transaction.
        """
