"""One row of the sign-in log: user, trust, node, experience and reason, and the outcome."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from idp.request_value import request_value


@request_value
class SignInRecord:
    """One event of a sign-in; no field ever holds a secret.

    ``event_id`` is AD FS's audit event: 1200 token issued, 1201 not issued, 1202 fresh
    credentials valid, 1203 not valid. ``trust`` is an entity id, ``experience`` and ``reason``
    are the words of ``adapter.decide``, ``outcome`` and ``detail`` stable codes.
    """

    at: datetime
    event_id: int
    activity_id: str
    user: str = ""
    trust: str = ""
    node: str = ""
    experience: str = ""
    reason: str = ""
    outcome: str = ""
    client_ip: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A record as it stands in the log; ``id`` rises from entry to entry."""

    id: int
    record: SignInRecord

    def as_json(self) -> dict[str, str | int]:
        """Return the entry's fields, the time in ISO 8601."""
        return {"id": self.id, **asdict(self.record), "at": self.record.at.isoformat()}

    def as_line(self) -> str:
        """Return one line of JSON in ASCII, so that line breaks and escapes stay in their field."""
        return json.dumps(self.as_json())
