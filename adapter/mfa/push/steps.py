"""Steps of stored requests in their user's transaction, and what an answer must be for one."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime

from adapter.mfa.devices.device import PHONE_CURRENT, Device
from adapter.mfa.push import challenge as machine
from adapter.mfa.push.challenge import AnswerRefused, Challenge
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


def supersede_all(mine: PushTransaction, requests: Sequence[Challenge], now: datetime) -> None:
    """End those of *requests* that could still become a sign-in."""
    for challenge in requests:
        ended = machine.supersede(challenge, now)
        if ended is not challenge:
            mine.save(ended)


def check_answer_is_for(challenge: Challenge, device: Device, nonce: str) -> None:
    """Raise :class:`AnswerRefused` for an answer to another request, or of another device."""
    if not hmac.compare_digest(challenge.nonce.encode(), nonce.encode(errors="replace")):
        raise AnswerRefused(
            "The answer is for another request", "Load the requests again", code="wrong_nonce"
        )
    if not can_answer(device, challenge):
        raise AnswerRefused(
            "This request is not for this device: it cannot match numbers, or is not registered",
            "Use a phone with a current app",
            code="device_cannot_match",
        )


def can_answer(device: Device, challenge: Challenge) -> bool:
    """Say whether a request is for this device; one that is not registered has its test alone."""
    if challenge.device != device.id and (challenge.device or device.registration):
        return False
    return challenge.experience != machine.NUMBER_MATCH or device.kind == PHONE_CURRENT
