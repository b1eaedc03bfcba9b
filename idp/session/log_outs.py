"""What the database keeps of log-outs: what service providers received in each session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from idp.audit.record import SignInRecord
    from idp.session.participants import LogOut, Outcome, Participant


class LogOuts(Protocol):
    """What service providers were told in each session, and the log-outs that undo it."""

    def named(self, trust: str, name: str, now: datetime) -> Sequence[Participant]:
        """Return what a service provider was told under a NameID's value, oldest first."""

    def participants(self, sessions: Sequence[str]) -> Sequence[Participant]:
        """Return what all service providers of these sessions were told, oldest first."""

    def begin(
        self,
        log_out: LogOut,
        *,
        expires_at: datetime,
        sessions_end_by: datetime,
        request_expires_at: datetime,
        log: SignInRecord,
    ) -> bool:
        """End the sessions, spend the request that asked for it, and log it: all or nothing."""

    def find(self, log_out: str) -> LogOut | None:
        """Return the log-out of an id."""

    def ask(self, number: int, request_id: str, log_out: str, now: datetime) -> bool:
        """Say that a service provider is being asked; False when it was already."""

    def settle(self, number: int, outcome: Outcome) -> None:
        """Say what became of one, unless that is known."""

    def answered(self, trust: str, request_id: str, outcome: Outcome) -> str | None:
        """Say what a service provider answered; return the log-out that asked."""
