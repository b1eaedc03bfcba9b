"""A user's registered methods: an open list, whose kinds are those of the factors there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RegisteredMethod:
    """One method that a user has registered.

    ``kind`` is that of the factor (``push``, ``totp``), ``id`` is unique among the user's methods.
    ``name`` is what the user calls it, empty where it has no name. ``created`` and ``last_used``
    are None where they are not stored. ``details`` are what only this kind has, by name: an app
    has ``platform``, ``app_version``, ``device`` (a word of :func:`adapter.decide`) and
    ``decides`` (whether this device decides what the user sees).
    """

    id: str
    kind: str
    name: str = ""
    created: datetime | None = None
    last_used: datetime | None = None
    details: Mapping[str, str | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Methods:
    """All methods of one user: those of each factor, in the order of the factors."""

    registered: tuple[RegisteredMethod, ...]

    def of_kind(self, kind: str) -> tuple[RegisteredMethod, ...]:
        """Return the methods of one kind, oldest first; empty without any."""
        return tuple(method for method in self.registered if method.kind == kind)

    def has(self, *kinds: str) -> bool:
        """Say whether the user has a method of any of these kinds."""
        return any(method.kind in kinds for method in self.registered)
