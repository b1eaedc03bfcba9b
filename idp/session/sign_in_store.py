"""What a sign-in asks of the database: the facts before a step, and one transaction at the end."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from idp.audit.record import SignInRecord
    from idp.directory import User
    from idp.federation.access_control.decision import AccessRules
    from idp.federation.farm import Node
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.session.participants import Issued


class StoredFacts(Protocol):
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
    ) -> StoredFacts:
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
