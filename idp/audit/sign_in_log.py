"""How the sign-in log is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from idp.audit.record import LogEntry


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which entries are read: all that have every value that is given, as a whole field.

    *user* is a UPN, or a typed name that nobody has. *code* is the outcome, the reason or the
    detail. *since* is the earliest time.
    """

    user: str | None = None
    activity_id: str | None = None
    since: datetime | None = None
    outcome: str | None = None
    trust: str | None = None
    code: str | None = None


ALL_ENTRIES = LogQuery()


class SignInLog(Protocol):
    """The sign-in log, for reading."""

    def read(
        self,
        query: LogQuery = ALL_ENTRIES,
        *,
        after_id: int | None = None,
        before_id: int | None = None,
        limit: int = ...,
    ) -> Sequence[LogEntry]:
        """Return at most *limit* of the entries that *query* asks for, oldest first.

        They are those that follow *after_id*, else the newest, with *before_id* the newest before
        it.
        """
