"""The lines that NPS and its extension write to the event log of Windows, by channel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from idp.events import Event
from idp.radius.outcomes import ACCEPTED, EXTENSION_REJECTED, REJECTIONS

_NAME = "NPS Extension for Azure MFA"
AZURE_MFA_EVENT = 1
CHALLENGES = ("challenge_needs_pap", "client_cannot_answer_challenge")
"""The outcomes for a code that should be asked for, and cannot be."""

WHITELIST_IGNORED = (
    "IP_WHITE_LIST_WARNING::IP Whitelist is being ignored as the source IP is missing in the "
    "RADIUS request NasIpAddress attribute."
)


class Channel(StrEnum):
    """A channel of the event log; those of the extension are under Microsoft > AzureMfa."""

    SECURITY = "Security"
    AUTHORIZATION = "AuthZOptCh"
    AUTHORIZATION_ADMIN = "AuthZAdminCh"


class EventLine(NamedTuple):
    """One event."""

    channel: Channel
    event_id: int
    text: str


def accepted_lines(outcome: str, user: str, request_id: str) -> Iterator[EventLine]:
    """Yield the events of an Access-Accept."""
    text = (
        f"{_NAME}: CID: {request_id} : Access Accepted for user {user} with Azure MFA response: "
        f"Success and message: {ACCEPTED[outcome]}"
    )
    yield EventLine(Channel.AUTHORIZATION_ADMIN, AZURE_MFA_EVENT, text)
    granted = f"Network Policy Server granted access to a user. User: {user}"
    yield EventLine(Channel.SECURITY, Event.NPS_GRANTED, granted)


def rejected_lines(outcome: str, user: str, request_id: str) -> Iterator[EventLine]:
    """Yield the events of an Access-Reject; the first one says most about its cause."""
    rejection = REJECTIONS[outcome]
    if outcome in CHALLENGES:
        yield EventLine(
            Channel.AUTHORIZATION,
            AZURE_MFA_EVENT,
            f"{_NAME}: Challenge requested in Authentication extension for the user {user}",
        )
    if rejection.reason_code == EXTENSION_REJECTED:
        yield EventLine(
            Channel.AUTHORIZATION_ADMIN,
            AZURE_MFA_EVENT,
            f"{_NAME}: CID: {request_id} : Access Rejected for user {user} with Azure MFA "
            f"response: {rejection.response} and message: {rejection.sentence}",
        )
    else:
        yield EventLine(
            Channel.AUTHORIZATION,
            AZURE_MFA_EVENT,
            f"{_NAME}: {_NAME} only performs Secondary Auth for Radius requests in AccessAccept "
            f"State. Request received for User {user} with response state AccessReject, ignoring "
            "request.",
        )
    yield EventLine(
        Channel.SECURITY,
        Event.NPS_DENIED,
        f"Network Policy Server denied access to a user. User: {user}. Reason code: "
        f"{rejection.reason_code}. {rejection.sentence}.",
    )


def detail_of(outcome: str, lines: Sequence[EventLine]) -> str:
    """Return what the sign-in log says of a request with these events.

    That is NPS's reason code, if it was rejected, and what the extension wrote, if it was asked.
    """
    if outcome in ACCEPTED:
        return lines[0].text
    reason_code, response, sentence = REJECTIONS[outcome]
    return f"Reason code {reason_code}. {lines[0].text if response else sentence}"
