"""How the sign-in log is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from idp.audit.record import LogEntry


class SignInLog(Protocol):
    """The sign-in log, for reading."""

    def read(
        self,
        user: str | None = None,
        after_id: int | None = None,
        limit: int = ...,
        *,
        activity_id: str | None = None,
        since: datetime | None = None,
        outcome: str | None = None,
    ) -> Sequence[LogEntry]:
        """Return at most *limit* entries, oldest first: those after *after_id*, else the newest.

        *user*, *activity_id* and *outcome* choose entries by the whole field; *since* those at
        this time or later.
        """
