"""Storage protocol of a sign-in: the facts before each step, one transaction at the end."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from idp.request_value import request_value

if TYPE_CHECKING:
    from idp.audit.record import SignInRecord
    from idp.directory import User
    from idp.directory.lockout import AccountState
    from idp.federation.access_control.access_rules import AccessRules
    from idp.federation.farm import Node
    from idp.federation.prepared_trust import PreparedTrust
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.session.participants import Issued


SECOND_FACTOR = "sign-in"
"""The kind of what is used once: a second factor, by its context id."""


@request_value
class StoredFacts:
    """The state at one moment; a disabled trust or user is included, marked as disabled.

    ``prepared`` is the trust with what follows from it; it and ``user`` are None if there is none,
    ``node`` if the farm has no node. ``rules`` are the access rules for all trusts. ``account`` are
    the counters of the user's wrong passwords. ``session_has_tokens`` says whether anything was
    issued in the session.
    """

    prepared: PreparedTrust | None
    node: Node | None
    user: User | None
    session_ended: bool
    session_has_tokens: bool
    rules: AccessRules
    account: AccountState

    @property
    def trust(self) -> RelyingPartyTrust | None:
        """The trust, None if there is none."""
        return self.prepared.trust if self.prepared else None


@request_value
class UsedUp:
    """Whether a request was answered before, and whether a second factor has ended."""

    request: bool
    second_factor: bool


class SignInStore(Protocol):
    """The hot path of a sign-in: one read before a step, one transaction at the end."""

    def facts(
        self, entity_id: str | None, user: str | None, session_id: str | None, node: str | None
    ) -> StoredFacts:
        """Return what a step of a sign-in needs to know, all of the same moment.

        *entity_id* is any identifier of the trust, None for a sign-in without one. *session_id* is
        the root of a session of *user*, *node* the name of a node (None: the farm's first). Raises
        :class:`~idp.federation.relying_party.trust.UnreadableTrust`.
        """

    def finish(
        self,
        *,
        request: tuple[str, str] | None,
        request_expires_at: datetime,
        log: SignInRecord | None,
        issued: Issued | None = None,
        repeatable_until: datetime | None = None,
        durable: bool = False,
    ) -> bool:
        """Spend the request (issuer and ID), and write the log, if any.

        All in one transaction. What was *issued* is remembered until the session's log-out. Until
        *repeatable_until*, the same request may be answered to the same session once more, by a
        call that is repeatable too. Returns False, and changes nothing, if the request was spent
        before otherwise, or the session has ended.
        """

    def record(self, *log: SignInRecord) -> None:
        """Write records to the sign-in log, in one transaction."""

    def used_up(self, request: tuple[str, str] | None, factor_id: str | None) -> UsedUp:
        """Return which of these were used up before: a request, and a second factor by its id."""
