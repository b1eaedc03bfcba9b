"""Why no request is sent: too many are unanswered, the user has reported one, or is blocked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from adapter.errors import TallystickError
from adapter.mfa.protection.block import is_in_force
from adapter.mfa.push import limits
from adapter.mfa.push.challenge import Challenge
from adapter.mfa.push.store import PushTransaction
from adapter.sentences import sentence


class PushPaused(TallystickError):
    """Raised when too many of the user's requests are unanswered; none was sent."""

    code = "push_limit"


class PushReported(PushPaused):
    """Raised after the user has reported a request as not theirs; none was sent.

    Until an administrator unlocks the user, or a code of the user was right.
    """

    code = "user_reported_suspicious_activity"

    def __init__(self) -> None:
        super().__init__(
            sentence("The user has reported a request that was not theirs"),
            sentence(
                "None is sent before a code was right or an administrator has unlocked the user"
            ),
        )


class PushBlocked(PushPaused):
    """Raised while the user's second factors are blocked; none was sent."""

    code = "user_blocked"

    def __init__(self) -> None:
        super().__init__(
            sentence("The user is blocked from every second factor"),
            sentence("An administrator can end that: tallystick user unblock NAME"),
        )


PAUSES = (PushPaused.code, PushReported.code, PushBlocked.code)
"""Why no request is sent to a user, as codes of the sign-in log."""


def why_paused(
    now: datetime, recent: Sequence[Challenge], mine: PushTransaction
) -> PushPaused | None:
    """Return why the user may be sent no request after the *recent* ones, None if one may be sent.

    All is read in any case: the time that it takes does not tell why none is sent.
    """
    block, reported_at, cleared = mine.block(), mine.reported_at(), mine.cleared_at()
    if is_in_force(block, now):
        return PushBlocked()
    if reported_at is not None:
        return PushReported()
    outstanding = [
        sent.created_at
        for sent in recent
        if not sent.was_approved and (cleared is None or sent.created_at > cleared)
    ]
    until = limits.paused_until(outstanding, now)
    if until is None:
        return None
    return PushPaused(
        "Too many requests to this user's phone were not answered",
        f"None is sent before {until:%H:%M:%S} UTC; an administrator can unlock the user",
    )
