"""What every factor can be asked, whatever else it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from adapter.mfa.methods import RegisteredMethod


class Factor(Protocol):
    """One way to prove who one is, beside the password; each has a folder of its own."""

    @property
    def kind(self) -> str:
        """The kind of its methods, which never changes: ``push``, ``totp``."""

    def methods_of(self, user: str) -> Sequence[RegisteredMethod]:
        """Return what *user* (a UPN) has registered for this factor, oldest first."""

    def unlock(self, user: str) -> None:
        """Forget the user's failed attempts, when an administrator unlocks the user."""
