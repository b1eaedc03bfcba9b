"""The one clock that every room is given."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Gives the present; tests hand in one that they move."""

    def now(self) -> datetime:
        """Return the present, aware and in UTC."""
