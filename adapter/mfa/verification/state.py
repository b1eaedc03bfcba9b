"""The state of one verification, as it travels in a sealed field of the host's page."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any

from adapter.contract import Explanation, Json
from adapter.mfa.push.challenge import APPROVE_DENY, NUMBER_MATCH
from adapter.mfa.push.pauses import PAUSES

PUSH = "push"
CODE = "code"
UNAVAILABLE = "unavailable"
PUSH_NOT_ENABLED = "push_not_enabled"


@dataclass(frozen=True, slots=True)
class Verification:
    """The decision made at the start, and how far the user has come.

    ``experience`` and ``reason`` never change. ``way`` is ``push`` or ``code``. ``challenge`` is
    the id of the request that was sent, and ``number`` its number, so that any node can show it
    again. ``outcome`` is empty while an answer is awaited. Field names are stored in open pages of
    every node, so they stay.
    """

    user: str
    experience: str
    reason: str
    way: str
    has_totp: bool
    challenge: str = ""
    number: str | None = None
    outcome: str = ""

    @classmethod
    def from_data(cls, data: dict[str, Json]) -> Verification:
        """Return the state kept as JSON values; the host's seal guarantees their shape."""
        values: dict[str, Any] = data
        return cls(**values)

    def store(self, data: dict[str, Json]) -> None:
        """Keep the state in *data*, as JSON values."""
        data.update(zip(_FIELDS, _values_of(self), strict=True))

    @property
    def attempt(self) -> str:
        """A value that differs between two requests of one verification."""
        return self.challenge or self.way

    @property
    def explanation(self) -> Explanation:
        """What was decided and its outcome, for the sign-in log."""
        if self.way == CODE:
            reason = self.reason if self.is_code_instead else "method_unchanged"
            return Explanation("totp", reason, self.outcome, self.attempt)
        reason = self.outcome if self.outcome in PAUSES else self.reason
        return Explanation(self.experience, reason, self.outcome, self.attempt)

    @property
    def may_push(self) -> bool:
        """Whether the button may send a push: only if the decision is one for a push."""
        return self.experience in (NUMBER_MATCH, APPROVE_DENY)

    @property
    def is_code_instead(self) -> bool:
        """Whether a code is asked for because no policy allows push to this user."""
        return self.way == CODE and self.reason == PUSH_NOT_ENABLED

    @property
    def awaits_phone(self) -> bool:
        """Whether the phone's answer decides: a push was sent, and no code was chosen instead."""
        return self.way == PUSH and bool(self.challenge)

    @property
    def is_waiting(self) -> bool:
        """Whether a push was sent and has not ended as far as we know."""
        return self.awaits_phone and not self.outcome

    @property
    def shows_number(self) -> bool:
        """Whether the page shows a number now."""
        return self.is_waiting and self.number is not None

    def by_code(self) -> Verification:
        """Return the state after the user chose to type a code."""
        return replace(self, way=CODE, outcome="")

    def by_push(self) -> Verification:
        """Return the state after the user asked for a new request on the phone."""
        return replace(self, way=PUSH, challenge="", number=None, outcome="")

    def waiting_for(self, challenge: str, number: str | None) -> Verification:
        """Return the state after a push was sent."""
        return replace(self, challenge=challenge, number=number, outcome="")

    def failed(self, outcome: str) -> Verification:
        """Return the state after a failure; the number is not shown again."""
        return replace(self, outcome=outcome, number=None)

    def passed(self, outcome: str) -> Verification:
        """Return the state after the user has passed."""
        return replace(self, outcome=outcome, number=None)


_FIELDS = tuple(field.name for field in fields(Verification))
_values_of = attrgetter(*_FIELDS)
