"""A password hasher that is quick, and counts."""

from __future__ import annotations

from idp.directory import PasswordHasher


class CountingHasher(PasswordHasher):
    """Counts how often a real hash was looked at, and how often any was computed."""

    def __init__(self) -> None:
        super().__init__(memory_kib=8, passes=1, slots=4)
        self.checked = self.computed = 0

    def matches(self, stored, password):
        self.computed += 1
        self.checked += stored is not None
        return super().matches(stored, password)
