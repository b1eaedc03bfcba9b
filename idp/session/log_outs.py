"""Storage protocol for log-outs: the participants of each session, and how far a log-out is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from idp.audit.record import SignInRecord
    from idp.session.participants import LogOut, Outcome, Participant


class LogOuts(Protocol):
    """Stores what service providers received in each session, and the log-outs."""

    def named(self, trust: str, name: str, now: datetime) -> Sequence[Participant]:
        """Return what the trust received under the NameID value *name*, oldest first."""

    def trusts_of(self, user: str, now: datetime) -> Sequence[str]:
        """Return the entity ids of the trusts whose session of *user* (a UPN) may still be open."""

    def participants(self, users: Sequence[str], sessions: Sequence[str]) -> Sequence[Participant]:
        """Return what all service providers of these users' sessions received, oldest first."""

    def begin(
        self,
        log_out: LogOut,
        *,
        expires_at: datetime,
        sessions_end_by: datetime,
        request_expires_at: datetime,
        log: SignInRecord,
    ) -> bool:
        """End the sessions, spend the request that asked for it, and log it.

        All in one transaction. Returns False, and changes nothing, if the request was spent before.
        """

    def find(self, log_out: str) -> LogOut | None:
        """Return the log-out with this ID, None if there is none."""

    def ask(self, number: int, request_id: str, log_out: str, now: datetime) -> bool:
        """Record that a participant is sent a LogoutRequest; False if it was sent one before."""

    def settle(self, number: int, outcome: Outcome) -> None:
        """Record the outcome at a participant, unless it has one."""

    def answered(self, trust: str, request_id: str, outcome: Outcome) -> str | None:
        """Record the answer to a LogoutRequest; return the ID of the log-out, None if unknown."""
