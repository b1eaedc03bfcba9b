"""What a phone in Python shows: requests, notices and codes, each with its account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adapter.mfa.push.challenge import NUMBER_MATCH
from idp.authenticator.phonefile import Account

_OF_REQUESTS = ("id", "nonce", "experience", "application", "user", "client_ip")
_TEXTS = {
    "requests": _OF_REQUESTS,
    "refusals": (*_OF_REQUESTS, "reason", "text"),
    "notices":  ("id", "occasion", "text", "device", "at"),
}  # fmt: skip
"""What each thing in a list of an answer has, as text."""


def is_whole(sent: object, name: str) -> bool:
    """Say whether a thing in the list *name* of an answer has all that the values below read."""
    return (
        isinstance(sent, dict)
        and all(isinstance(sent.get(each), str) for each in _TEXTS[name])
        and isinstance(sent.get("choices", []), list)
    )


@dataclass(frozen=True, slots=True)
class _ForAccount:
    """Something with an id that the server sent for an account."""

    account: Account
    sent: dict[str, Any]

    @property
    def id(self) -> str:
        """By which the phone names it to the server."""
        return str(self.sent["id"])


@dataclass(frozen=True, slots=True)
class Request(_ForAccount):
    """One pending request: the account that it is for, and what the server sent."""

    @property
    def needs_number(self) -> bool:
        """Whether the user has to type the number that the sign-in page shows."""
        return bool(self.sent["experience"] == NUMBER_MATCH)

    @property
    def choices(self) -> tuple[str, ...]:
        """The three numbers that an app of some versions offers to tap; else empty."""
        return tuple(map(str, self.sent.get("choices", ())))


@dataclass(frozen=True, slots=True)
class Refusal(_ForAccount):
    """One pending request that this phone cannot approve, and why; it can be denied."""

    @property
    def reason(self) -> str:
        """Why, as a code: ``app_upgrade_required`` or ``wearable_cannot_match``."""
        return str(self.sent["reason"])

    @property
    def text(self) -> str:
        """Why, and what to do, as a sentence."""
        return str(self.sent["text"])


@dataclass(frozen=True, slots=True)
class Notice(_ForAccount):
    """One notice about a change of the account, as the server sent it."""

    @property
    def occasion(self) -> str:
        """What happened, as a code: ``device_added``, ``device_removed`` or the like."""
        return str(self.sent["occasion"])

    @property
    def text(self) -> str:
        """What happened, as a sentence."""
        return str(self.sent["text"])


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time password: its account, and the seconds until the next one."""

    account: Account
    code: str
    seconds_left: int


def is_number(number: str | None, choices: tuple[str, ...]) -> bool:
    """Say whether the text can be the number: a slip of the hand must not cost the request.

    It is two digits or, where the app offers *choices*, one of these.
    """
    if choices:
        return number in choices
    return number is not None and len(number) == 2 and number.isascii() and number.isdigit()
