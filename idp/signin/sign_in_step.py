"""One step of a sign-in as a value: what the flow is given for one web request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from adapter.contract import Explanation
from idp.audit.writer import NOTHING_TO_EXPLAIN, EventSource
from idp.request_value import request_value
from idp.signin.browser_request import BrowserRequest
from idp.signin.pending import PendingSignIn
from idp.signin.sign_in_facts import SignInFacts


@request_value
class SignInStep:
    """What the user is on the way to, what holds at this moment, and the request of the step.

    ``proved_at`` is when the user gave the password or passed a factor, if this step is the one
    that follows; None for all other steps. ``factor_id`` is the context id with which a second
    factor begins, None for a new one.
    """

    pending: PendingSignIn
    facts: SignInFacts
    request: BrowserRequest
    proved_at: datetime | None = None
    factor_id: str | None = None

    def follows_proof(self, now: datetime, within: timedelta) -> bool:
        """Say whether the user has proved something just before this step, *within* this time."""
        return self.proved_at is not None and now - self.proved_at < within

    @property
    def source(self) -> EventSource:
        """What rows of the log say of this step."""
        return self.request.event_source(self.facts.node.name)


@dataclass(frozen=True, slots=True)
class PassedFactor:
    """The second factor that was passed just now: its context id, and why it was as it was."""

    context_id: str | None = None
    why: Explanation = NOTHING_TO_EXPLAIN


NONE_PASSED = PassedFactor()
