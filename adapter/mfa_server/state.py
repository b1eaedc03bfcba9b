"""The state of one sign-in at MFA Server's adapter, as it travels in the sealed ``Context``."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from adapter.contract import Explanation, Json
from adapter.mfa.push.challenge import APPROVE_DENY
from adapter.mfa.push.pauses import PAUSES


@dataclass(frozen=True, slots=True)
class ServerSignIn:
    """The decision made at the start, and how far the user has come.

    Each ``round`` sends one request at most, however often its page is posted; only the button
    for a new request begins the next one. ``has_posted`` says that a page of this round was posted
    and had no answer yet; ``outcome`` is empty until the round has ended. Field names are stored
    in open pages of every node, so they stay.
    """

    user: str
    experience: str
    reason: str
    round: int = 1
    has_posted: bool = False
    outcome: str = ""

    @classmethod
    def from_data(cls, data: dict[str, Json]) -> ServerSignIn:
        """Return the state kept in ``context.data``; the host's seal guarantees its shape."""
        values: dict[str, Any] = data
        return cls(**values)

    def store(self, data: dict[str, Json]) -> None:
        """Keep the state in ``context.data``."""
        data.update(asdict(self))

    @property
    def may_push(self) -> bool:
        """Whether the decision allows a request."""
        return self.experience == APPROVE_DENY

    @property
    def explanation(self) -> Explanation:
        """What was decided and its outcome, for the sign-in log."""
        reason = self.outcome if self.outcome in PAUSES else self.reason
        return Explanation(self.experience, reason, self.outcome, str(self.round))

    def next_round(self) -> ServerSignIn:
        """Return the state after the user asked for a new request."""
        return replace(self, round=self.round + 1, has_posted=False, outcome="")

    def unanswered(self) -> ServerSignIn:
        """Return the state after a post that could not wait for the answer to the end."""
        return replace(self, has_posted=True)

    def ended(self, outcome: str) -> ServerSignIn:
        """Return the state at the end of a round, passed or failed."""
        return replace(self, outcome=outcome)
