"""What the Entra MFA adapter remembers of one sign-in, as it travels in the sealed ``Context``."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from adapter.contract import Json
from adapter.mfa.push.challenge import APPROVE_DENY, NUMBER_MATCH

PUSH = "push"
CODE = "code"


@dataclass(frozen=True, slots=True)
class SignIn:
    """The decision taken at the start, and how far the user has come.

    ``experience`` and ``reason`` never change; ``number`` is here so that any node can show it
    again. ``outcome`` is empty while an answer is awaited.
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
    def from_data(cls, data: dict[str, Json]) -> SignIn:
        """Read it back; the seal vouches for the shape."""
        values: dict[str, Any] = data
        return cls(**values)

    def store(self, data: dict[str, Json]) -> None:
        """Write it to the context's data."""
        data.update(asdict(self))

    @property
    def attempt(self) -> str:
        """What tells this request from the next one in the same sign-in."""
        return self.challenge or self.way

    @property
    def may_push(self) -> bool:
        """Whether a press of the button may send a push: not where the decision has none."""
        return self.experience in (NUMBER_MATCH, APPROVE_DENY)

    @property
    def awaits_phone(self) -> bool:
        """Whether the phone's answer decides: a push was sent, and the user chose no code."""
        return self.way == PUSH and bool(self.challenge)

    @property
    def is_waiting(self) -> bool:
        """Whether a push is out and not known to have ended."""
        return self.awaits_phone and not self.outcome

    def by_code(self) -> SignIn:
        """The user chose to type a code."""
        return replace(self, way=CODE, outcome="")

    def by_push(self) -> SignIn:
        """The user asked for a new request on the phone."""
        return replace(self, way=PUSH, challenge="", number=None, outcome="")

    def waiting_for(self, challenge: str, number: str | None) -> SignIn:
        """A push is out."""
        return replace(self, challenge=challenge, number=number, outcome="")

    def failed(self, outcome: str) -> SignIn:
        """It ended badly; the number is not shown again."""
        return replace(self, outcome=outcome, number=None)

    def passed(self, outcome: str) -> SignIn:
        """It ended well."""
        return replace(self, outcome=outcome, number=None)
