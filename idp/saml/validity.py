"""How long metadata may be used. ``metadata_limits`` reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Validity:
    """Until when metadata may be used, and how soon it must be fetched again."""

    valid_until: datetime | None = None
    cache_duration: timedelta | None = None


UNLIMITED = Validity()
"""The validity of metadata without such attributes."""
