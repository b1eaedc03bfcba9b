"""Points in time: as text in JSON, and the window of the clock that one is in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def json_instant(at: datetime, precision: Literal["seconds", "milliseconds"] = "seconds") -> str:
    """Return *at* in UTC as RFC 3339 has it, like ``2026-11-24T12:00:00Z``.

    Smaller units than *precision* are cut off. A naive *at* counts as the machine's local time.
    """
    return at.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def window_begin(now: datetime, window: timedelta) -> datetime:
    """Return the begin of the window that *now* is in.

    Windows follow each other from the epoch on, so all nodes of a farm have the same ones.
    """
    return now - (now - EPOCH) % window
