"""What the MFA service asks of every factor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from adapter.mfa.methods import RegisteredMethod


class Factor(Protocol):
    """One kind of second factor; each has a folder of its own (``push/``, ``codes/``, ...)."""

    @property
    def kind(self) -> str:
        """The kind of its methods, which never changes: ``push``, ``totp``, ``passkey``."""

    def methods_of(self, user: str) -> Sequence[RegisteredMethod]:
        """Return what *user* (a UPN) has registered for this factor, oldest first."""

    def remove(self, user: str, method_id: str) -> bool:
        """Remove one method of *user*, which is worth nothing from then on.

        Returns False if the user has no such method of this factor.
        """

    def unlock(self, user: str) -> None:
        """Forget the user's failed attempts, when an administrator unlocks the user."""
