"""What the API tells a phone of requests and notices, as JSON values.

They never hold the number to match, with one exception: an app whose user taps the number gets
three numbers, of which one is right, and does not learn which (docs/phone.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapter.decision import Decision
from adapter.mfa.devices.device import Device
from adapter.mfa.policy import Policies
from adapter.mfa.push.abilities import refusal_of
from adapter.mfa.push.challenge import NUMBER_MATCH, Challenge
from adapter.mfa.service import MfaService
from idp.federation.relying_party.trust import name_for_people
from idp.instants import json_instant
from idp.notices.phone_notices import Notice
from idp.notices.phones import KnownPhone

Reply = dict[str, Any]

REFUSALS = {
    # reason of the decision   what the user of the device reads
    "app_upgrade_required":    "This Authenticator app is too old to match a number. "
                               "Upgrade to the latest version of the app, then sign in again.",
    "wearable_cannot_match":   "A watch cannot match a number. "
                               "Use the Authenticator app on your phone to sign in.",
}  # fmt: skip


def requests_for(phone: KnownPhone, found: Sequence[Challenge], mfa: MfaService) -> Reply:
    """Return the ``requests`` that *phone* can approve, and the ``refusals``: the others.

    The policies say what they show of the sign-in.
    """
    told: Reply = {"requests": [], "refusals": []}
    if not found:
        return told
    device, policies = phone.device, mfa.policies.read().policies
    for challenge in found:
        shown, refusal = _request(phone, challenge, policies), refusal_of(device, challenge)
        if refusal is None:
            told["requests"].append(shown | _of_device(device, challenge, mfa))
        else:
            told["refusals"].append(shown | _refusal(refusal))
    return told


def notice_reply(notice: Notice) -> Reply:
    """Return what a phone shows of a change of the account."""
    occasion = notice.occasion
    return {
        "id": notice.id,
        "occasion": occasion.code,
        "text": occasion.sentence,
        "platform": occasion.platform,
        "device": name_for_people(occasion.name, "") if occasion.name else "",
        "at": json_instant(occasion.at, "milliseconds"),
    }


def _request(phone: KnownPhone, challenge: Challenge, policies: Policies) -> Reply:
    groups = phone.owner.groups if phone.owner else ()
    shows_application = policies.authenticator.application_name.is_on_for(challenge.user, groups)
    shows_location = policies.authenticator.location.is_on_for(challenge.user, groups)
    return {
        "id": challenge.id,
        "nonce": challenge.nonce,
        "experience": challenge.experience,
        "application": challenge.application if shows_application else "",
        "user": challenge.user,
        "client_ip": challenge.client_ip if shows_location else "",
        "created_at": json_instant(challenge.created_at, "milliseconds"),
        "expires_at": json_instant(challenge.answer_by, "milliseconds"),
    }


def _of_device(device: Device, challenge: Challenge, mfa: MfaService) -> Reply:
    """Return what a request has for some devices alone: numbers to tap, and a broker flow."""
    more: Reply = {}
    if choices := mfa.push.choices_for(device, challenge):
        more["choices"] = list(choices)
    if device.broker and challenge.experience == NUMBER_MATCH:
        more["broker"] = True
    return more


def _refusal(decision: Decision) -> Reply:
    return {
        "experience": decision.experience,
        "reason": decision.reason,
        "text": REFUSALS[decision.reason],
    }
