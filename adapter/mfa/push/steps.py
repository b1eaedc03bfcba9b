"""Steps of stored requests, in the transaction of their user."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from adapter.mfa.push import challenge as machine
from adapter.mfa.push.challenge import AnswerRefused, Challenge, State
from adapter.mfa.push.pauses import PushPaused
from adapter.mfa.push.store import PushTransaction


def take_step(
    mine: PushTransaction, user: str, challenge_id: str, step: Callable[[Challenge], Challenge]
) -> Challenge:
    """Take one step of the user's request and store it; raises :class:`AnswerRefused`."""
    challenge = mine.find(challenge_id)
    if challenge is None or challenge.user != user:
        raise AnswerRefused(
            "There is no such request", "Start a new sign-in", code="unknown_request"
        )
    advanced = step(challenge)
    if advanced is not challenge:
        mine.save(advanced)
    return advanced


def take_away_all(
    mine: PushTransaction, requests: Sequence[Challenge], state: State, now: datetime
) -> None:
    """End those of *requests* that could still become a sign-in; *state* says why."""
    for challenge in requests:
        ended = machine.take_away(challenge, state, now)
        if ended is not challenge:
            mine.save(ended)


def add_request(
    mine: PushTransaction,
    new: Challenge,
    recent: Sequence[Challenge],
    paused: PushPaused | None,
    *,
    nobody: str,
) -> Challenge:
    """Store a new request in place of those that are pending, and return it.

    If requests are *paused*, raises that; or stores the request for *nobody*, a name without
    devices, if one is given.
    """
    if paused is None:
        take_away_all(mine, recent, State.REPLACED, new.created_at)
    elif nobody:
        new = replace(new, user=nobody)
    else:
        raise paused
    mine.add(new)
    return new
