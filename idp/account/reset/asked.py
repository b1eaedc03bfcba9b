"""What a user is asked for at present, sealed in the row of the reset, and how it is shown.

Until one method was proved, a page shows nothing that depends on the account. A request that the
phone denied, or that was never sent, waits for its minute like any other, and then there was no
answer; whatever is wrong with a code, the code is not right.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from adapter.contract import Explanation
from adapter.mfa.push.challenge import TIME_TO_ANSWER
from adapter.mfa.verification.state import CODE, Verification
from adapter.mfa.verification.verifier import Judged
from idp.mfa.password_reset import Reset
from idp.session.seal import Seal

NO_ANSWER = "no_answer"
WRONG_CODE = "wrong_code"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: a method is to be chosen, a request was sent, or a code is to be typed.

    ``way`` is empty, ``push`` or ``code``. ``push`` and ``sent_at`` are the request and its time.
    ``outcome`` is the outcome that the page shows, empty while there is none. ``failure`` is why
    the request did not go to the user's phone, if so: the log has it when the page shows an end, as
    it has the outcome of one that did.
    """

    way: str = ""
    outcome: str = ""
    push: Verification | None = None
    sent_at: datetime | None = None
    failure: Explanation | None = None

    def ended(self, outcome: str) -> Asked:
        """Return what is asked for after a proof has failed with this outcome."""
        return replace(self, outcome=outcome)


def for_a_code(outcome: str = "") -> Asked:
    """Return what is asked for when a code is to be typed, after a wrong one with its outcome."""
    return Asked(CODE, outcome)


def shown_end(reset: Reset, asked: Asked, judged: Judged, now: datetime) -> str:
    """Return the outcome of a request as the page may show it now, empty while it waits."""
    if judged.is_answered or not judged.state.outcome:
        return ""
    if reset.is_recognised:
        return judged.state.outcome
    is_over = asked.sent_at is None or now >= asked.sent_at + TIME_TO_ANSWER
    return NO_ANSWER if is_over else ""


class AskedSeal:
    """Seals what is asked for into the row of its reset: it holds the number of the request."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def close(self, reset_id: str, asked: Asked) -> str:
        """Return *asked* as it is stored."""
        values: dict[str, Any] = {"way": asked.way, "outcome": asked.outcome}
        if asked.push is not None and asked.sent_at is not None:
            values |= {"push": asdict(asked.push), "sent_at": asked.sent_at.timestamp()}
        if asked.failure is not None:
            values["failure"] = asdict(asked.failure)
        return self._seal.seal(values, bound_to=reset_id)

    def open(self, reset: Reset) -> Asked:
        """Return what the user of *reset* is asked for.

        Raises :class:`~idp.session.seal.SealBroken` for a row that was exchanged.
        """
        return self._seal.open_as(_from_json, reset.asked, bound_to=reset.id)


def _from_json(values: dict[str, Any]) -> Asked:
    if "push" not in values:
        return Asked(values["way"], values["outcome"])
    sent_at = datetime.fromtimestamp(values["sent_at"], UTC)
    failure = Explanation(**values["failure"]) if "failure" in values else None
    push = Verification(**values["push"])
    return Asked(values["way"], values["outcome"], push, sent_at, failure)
