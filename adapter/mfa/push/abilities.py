"""What a device may do with a request: approve it, or only deny it, and why."""

from __future__ import annotations

import hmac

from adapter.decision import Decision, decide
from adapter.mfa.devices.device import PHONE_CURRENT, Device
from adapter.mfa.push.challenge import (
    APPROVE_DENY,
    CANNOT_BE_APPROVED,
    NUMBER_MATCH,
    AnswerRefused,
    Challenge,
)


def is_for(device: Device, challenge: Challenge) -> bool:
    """Say whether *device* is shown a request.

    A device that is not registered is shown its own test alone. That no device of a user can match
    numbers is of no interest to one that can.
    """
    if challenge.device != device.id and (challenge.device or device.registration):
        return False
    return challenge.experience not in CANNOT_BE_APPROVED or device.kind != PHONE_CURRENT


def can_approve(device: Device, challenge: Challenge) -> bool:
    """Say whether *device* can approve a request that is for it; every device can deny it."""
    if challenge.experience == APPROVE_DENY:
        return True
    return challenge.experience == NUMBER_MATCH and device.kind == PHONE_CURRENT


def refusal_of(device: Device, challenge: Challenge) -> Decision | None:
    """Return why *device* cannot approve a request that is for it; None if it can."""
    if can_approve(device, challenge):
        return None
    return decide(scenario="mfa", push_policy="methods", device=device.kind)


def check_answer_is_for(challenge: Challenge, device: Device, nonce: str, *, approve: bool) -> None:
    """Raise :class:`AnswerRefused` unless *device* may give this answer to this request.

    The codes are ``wrong_nonce`` and ``device_cannot_match``.
    """
    if not hmac.compare_digest(challenge.nonce.encode(), nonce.encode(errors="replace")):
        raise AnswerRefused(
            "The answer is for another request", "Load the requests again", code="wrong_nonce"
        )
    if not is_for(device, challenge) or (approve and not can_approve(device, challenge)):
        raise AnswerRefused(
            "This request is not for this device: it cannot match numbers, or is not registered",
            "Use a phone with a current app",
            code="device_cannot_match",
        )
