"""Points in time as text in JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal


def json_instant(at: datetime, precision: Literal["seconds", "milliseconds"] = "seconds") -> str:
    """Return *at* in UTC as RFC 3339 has it, like ``2026-11-24T12:00:00Z``.

    Smaller units than *precision* are cut off. A naive *at* counts as the machine's local time.
    """
    return at.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
