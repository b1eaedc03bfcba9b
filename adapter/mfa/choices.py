"""What users have chosen about their methods, and the storage of that."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of one user, each None if there was none.

    ``default`` is the id of the method that is asked for first, and ``names`` are what methods are
    called, by id; the methods may be gone since. ``confirmed_at`` is when the user last said that
    the methods are right, ``snoozed_until`` how long the registration campaign leaves the user
    alone.
    """

    default: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    confirmed_at: datetime | None = None
    snoozed_until: datetime | None = None


class ChoiceStore(Protocol):
    """The choices of all users."""

    def of_user(self, user: str) -> Choices:
        """Return what *user* has chosen."""

    def save_default(self, user: str, method_id: str) -> None:
        """Store the id of the method that *user* is asked for first."""

    def save_name(self, user: str, method_id: str, name: str, *, keep: Collection[str]) -> None:
        """Store the name of a method; names of others than those to *keep* are forgotten."""

    def save_confirmation(self, user: str, at: datetime) -> None:
        """Store that *user* has confirmed the registered methods."""

    def save_snooze(self, user: str, until: datetime) -> None:
        """Store how long *user* has put off the registration campaign."""
