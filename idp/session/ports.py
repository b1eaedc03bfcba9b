"""What the hosts need of a store that is about sign-ins: facts, what is used once, the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from idp.directory import User
    from idp.federation.access_control.decision import AccessRules
    from idp.federation.nodes import Node
    from idp.federation.relying_party import RelyingPartyTrust
    from idp.session.participants import Issued, LogOut, Outcome, Participant
    from idp.session.record import LogEntry, SignInRecord


class SignInFacts(Protocol):
    """What holds at one moment; a disabled trust or user is here, and says so."""

    @property
    def trust(self) -> RelyingPartyTrust | None:
        """The trust, None when there is none."""

    @property
    def node(self) -> Node | None:
        """The farm's node that answers, None when the farm has none."""

    @property
    def user(self) -> User | None:
        """The session's user, None when there is none."""

    @property
    def session_ended(self) -> bool:
        """Whether the session was signed out."""

    @property
    def rules(self) -> AccessRules:
        """What holds for all trusts."""


class SignInStore(Protocol):
    """The hot path: one look, and one transaction at the end."""

    def facts(
        self, entity_id: str, user: str | None, session_id: str | None, node: str | None
    ) -> SignInFacts:
        """Return what a step of a sign-in needs to know, all of the same moment."""

    def finish(
        self,
        *,
        request: tuple[str, str] | None,
        request_expires_at: datetime,
        sign_in: str | None,
        log: SignInRecord,
        issued: Issued | None = None,
    ) -> bool:
        """Spend the request (issuer and id) and the sign-in's id, and log it: all or nothing.

        What was *issued* is remembered until the session's log-out; one that has ended gains
        nothing.
        """

    def record(self, *log: SignInRecord) -> None:
        """Log events that end nothing, in one transaction."""

    def is_spent(self, issuer: str, request_id: str) -> bool:
        """Say whether a request was answered before."""


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


class UsedOnce(Protocol):
    """What may happen once."""

    def claim(self, kind: str, key: str, expires_at: datetime, *, durable: bool = True) -> bool:
        """Use up *key* of *kind*; False when it was used before.

        With ``durable`` false, a power cut may give it back.
        """

    def is_used(self, kind: str, key: str) -> bool:
        """Say whether it was used."""


class SignInLog(Protocol):
    """The log, to be read."""

    def read(
        self, user: str | None = None, after_id: int | None = None, limit: int = ...
    ) -> Sequence[LogEntry]:
        """Return entries, oldest first: those after *after_id*, else the newest."""


class Housekeeping(Protocol):
    """Forgets what cannot matter any more."""

    def tick(self) -> None:
        """Do so if it is time; called after every request."""


class Closable(Protocol):
    """What is let go of at the end."""

    def dispose(self) -> None:
        """Close what is open."""
