"""One request on a user's phones, as a state machine: pure transitions, or a refusal with a code.

    pending ──▶ approved ──▶ collected
       ├──▶ denied ◀─┤
       ├──▶ wrong_number
       ├──▶ replaced, blocked or phone_removed ◀┤
       └──▶ expired ◀───────────────────────────┘

A pending or approved challenge *reads* as expired from the instant its time is up. Once read as
expired it is stored as expired, so that a clock that is set back does not revive it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from adapter.errors import TallystickError
from adapter.mfa.protection.block import BLOCKED

NUMBER_MATCH = "number_match"
APPROVE_DENY = "approve_deny"
CANNOT_BE_APPROVED = ("refused", "phone_required")
"""The decisions of :func:`adapter.decide` for users none of whose devices can match numbers.

A request of this kind tells these devices so. It can only be denied.
"""

TIME_TO_ANSWER = timedelta(seconds=60)
TIME_TO_COLLECT = timedelta(seconds=60)
"""How long an approval can be collected after the time to answer has ended."""

SAME_PRESS = timedelta(seconds=10)
"""Two requests of one sign-in within this time are one, even if it was answered meanwhile.

So a Deny is not followed by the push of a second press of Enter that came late.
"""

REMEMBER_ATTEMPT = timedelta(hours=2)
"""How long the request of an attempt is found that sends one at most: longer than a page of the
sign-in can be posted."""


class State(StrEnum):
    """The stored state of a challenge."""

    PENDING = "pending"
    APPROVED = "approved"
    COLLECTED = "collected"
    DENIED = "denied"
    WRONG_NUMBER = "wrong_number"
    REPLACED = "replaced"
    BLOCKED = "blocked"
    PHONE_REMOVED = "phone_removed"
    EXPIRED = "expired"


TAKEN_AWAY = (State.REPLACED, State.BLOCKED, State.PHONE_REMOVED)
"""What ends a request besides its answer and its time: a newer one, a block of its user, or the
removal of one of the user's phones."""


class AnswerRefused(TallystickError):
    """Raised when a phone's answer cannot be taken; the code says why.

    ``already_answered``, ``request_expired``, ``not_approved``, ``unknown_request``,
    ``wrong_nonce``, ``device_cannot_match``, ``number_required``, ``device_unknown``,
    ``user_blocked``.
    """


@dataclass(frozen=True, slots=True)
class Challenge:
    """One request on a user's phones.

    ``experience`` is ``number_match`` or ``approve_deny``, or one of :data:`CANNOT_BE_APPROVED`.
    ``number_digest`` is a keyed digest of
    the number to match, empty for Approve/Deny; the number itself is only on the sign-in page.
    The phone signs ``nonce`` in its answer. With ``device``, the id of one, it is for that device
    alone: the test notification of a registration. ``version`` counts the transitions, so that a
    store can swap one state for the next exactly once.
    """

    id: str
    user: str
    experience: str
    nonce: str
    number_digest: bytes
    application: str
    client_ip: str
    created_at: datetime
    state: State = State.PENDING
    answered_by: str | None = None
    reported: bool = False
    version: int = 0
    device: str | None = None

    @property
    def answer_by(self) -> datetime:
        """The end of the time to answer: an answer at this instant is too late."""
        return self.created_at + TIME_TO_ANSWER

    @property
    def collect_by(self) -> datetime:
        """The end of the time to collect an approval: at this instant it is too late."""
        return self.answer_by + TIME_TO_COLLECT

    def seconds_left(self, now: datetime) -> int:
        """Return how many seconds are left to answer at *now*, 0 after the end."""
        return max(0, math.ceil((self.answer_by - now).total_seconds()))

    @property
    def was_approved(self) -> bool:
        """Whether a phone approved this request, even if the approval was never collected."""
        if self.state in (*TAKEN_AWAY, State.EXPIRED):
            return self.answered_by is not None  # only an approval comes before these
        return self.state in (State.APPROVED, State.COLLECTED)


def state_at(challenge: Challenge, now: datetime) -> State:
    """Return the state as it reads at *now*."""
    if challenge.state is State.PENDING:
        too_late = challenge.answer_by
    elif challenge.state is State.APPROVED:
        too_late = challenge.collect_by
    else:
        return challenge.state
    # Nodes differ by seconds; a challenge of the far future was made by a clock since set back.
    is_of_the_future = now < challenge.created_at - TIME_TO_ANSWER
    return State.EXPIRED if now >= too_late or is_of_the_future else challenge.state


def is_open(challenge: Challenge, now: datetime) -> bool:
    """Say whether the challenge can still become a sign-in."""
    return state_at(challenge, now) in (State.PENDING, State.APPROVED)


def sent_before(
    new: Challenge, recent: Sequence[Challenge], tag: str, *, once: bool = False
) -> Challenge | None:
    """Return the latest challenge of the same sign-in if it does instead of *new*, else None.

    *tag* is the beginning of the ids of this sign-in; *recent* are the user's, oldest first. With
    *once*, it does whatever became of it.
    """
    sent = next((each for each in reversed(recent) if each.id.startswith(tag)), None)
    if sent is None or sent.experience != new.experience:
        return None
    if once:
        return sent
    is_young = abs(new.created_at - sent.created_at) < SAME_PRESS
    return sent if is_young or is_open(sent, new.created_at) else None


def approve(challenge: Challenge, device: str, *, number_matches: bool, now: datetime) -> Challenge:
    """Return the challenge after an approval by *device*; a wrong number ends it.

    Pass ``number_matches=True`` for Approve/Deny. Raises :class:`AnswerRefused`.
    """
    must_be_pending(challenge, now)
    state = State.APPROVED if number_matches else State.WRONG_NUMBER
    return _next(challenge, state, answered_by=device)


def deny(challenge: Challenge, device: str, *, reported: bool, now: datetime) -> Challenge:
    """Return the challenge after a denial, which outweighs an approval nobody collected yet.

    So an Approve and a Deny at the same instant are a Deny, whichever is stored first
    (docs/security.md). The device that approved cannot deny afterwards: its first answer counts.
    Raises :class:`AnswerRefused`.
    """
    if state_at(challenge, now) is State.APPROVED and challenge.answered_by != device:
        return _next(challenge, State.DENIED, answered_by=device, reported=reported)
    must_be_pending(challenge, now)
    return _next(challenge, State.DENIED, answered_by=device, reported=reported)


def take_away(challenge: Challenge, state: State, now: datetime) -> Challenge:
    """Return the challenge in *state* of :data:`TAKEN_AWAY`; one that has ended is unchanged."""
    return _next(challenge, state) if is_open(challenge, now) else challenge


def expire(challenge: Challenge, now: datetime) -> Challenge:
    """Return the challenge as expired if its time is up, else unchanged."""
    if challenge.state is not State.EXPIRED and state_at(challenge, now) is State.EXPIRED:
        return _next(challenge, State.EXPIRED)
    return challenge


def collect(challenge: Challenge, now: datetime) -> Challenge:
    """Return the challenge after its page took the approval, which works once.

    Raises :class:`AnswerRefused` (``not_approved``).
    """
    state = state_at(challenge, now)
    if state is not State.APPROVED:
        raise AnswerRefused(f"The request is {state}", "Start a new one", code="not_approved")
    return _next(challenge, State.COLLECTED)


def must_be_pending(challenge: Challenge, now: datetime) -> None:
    """Raise :class:`AnswerRefused` if the challenge no longer waits for an answer.

    The code is ``request_expired``, ``user_blocked`` or ``already_answered``.
    """
    state = state_at(challenge, now)
    if state is State.PENDING:
        return
    if state is State.BLOCKED:
        raise AnswerRefused(
            "Your account was blocked, which has ended the request",
            "Contact your administrator",
            code=BLOCKED,
        )
    code = "request_expired" if state is State.EXPIRED else "already_answered"
    raise AnswerRefused(f"The request is {state}", "Start a new sign-in", code=code)


def _next(
    challenge: Challenge,
    state: State,
    *,
    answered_by: str | None = None,
    reported: bool = False,
) -> Challenge:
    return replace(
        challenge,
        state=state,
        answered_by=answered_by or challenge.answered_by,
        reported=reported or challenge.reported,
        version=challenge.version + 1,
    )
