"""One step of a sign-in as a value: what the flow is given for one web request."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.contract import Explanation
from idp.audit.writer import NOTHING_TO_EXPLAIN, EventSource
from idp.signin.browser_request import BrowserRequest
from idp.signin.pending import PendingSignIn
from idp.signin.sign_in_facts import SignInFacts


@dataclass(frozen=True, slots=True)
class SignInStep:
    """What the user is on the way to, what holds at this moment, and the request of the step."""

    pending: PendingSignIn
    facts: SignInFacts
    request: BrowserRequest

    @property
    def source(self) -> EventSource:
        """What rows of the log say of this step."""
        return self.request.event_source(self.facts.node.name)


@dataclass(frozen=True, slots=True)
class PassedFactor:
    """The second factor that was passed in this step: its context id, and why it was as it was."""

    context_id: str | None = None
    why: Explanation = NOTHING_TO_EXPLAIN


NONE_PASSED = PassedFactor()
