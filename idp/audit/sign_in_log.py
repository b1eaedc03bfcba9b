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
        before_id: int | None = None,
        activity_id: str | None = None,
        since: datetime | None = None,
        outcome: str | None = None,
        trust: str | None = None,
        code: str | None = None,
    ) -> Sequence[LogEntry]:
        """Return at most *limit* entries, oldest first.

        They are those that follow *after_id*, else the newest, with *before_id* the newest before
        it. *user*, *activity_id*, *outcome* and *trust* choose entries by the whole field; *code*
        is the whole outcome, reason or detail; *since* chooses those at this time or later.
        """
