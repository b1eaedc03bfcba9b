"""The risk of a user who has reported a request: high, until an administrator dismisses it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

HIGH = "high"


@dataclass(frozen=True, slots=True)
class Risk:
    """A high risk; ``client_ip`` is the address that the reported sign-in came from."""

    since: datetime
    client_ip: str
