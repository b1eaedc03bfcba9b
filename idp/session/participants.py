"""The session participants (saml-core §3.7: the service providers of a session), and log-outs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from idp.request_value import request_value
from idp.saml.values import NameID


@request_value
class Issued:
    """What an assertion told a service provider: a LogoutRequest will name the same values.

    ``session`` is the root of the session, ``trust`` the entity ID. After ``expires_at`` it is
    forgotten, and a LogoutRequest is refused.
    """

    session: str
    user: str
    trust: str
    name_id: NameID | None
    session_index: str
    expires_at: datetime


class Outcome(StrEnum):
    """The outcome of a log-out at one service provider."""

    SIGNED_OUT = "signed_out"
    FAILED = "failed"
    NO_ANSWER = "no_answer"
    NO_LOGOUT_SERVICE = "no_logout_service"
    NO_SIGNING_KEY = "no_signing_key"
    NO_NAME_ID = "no_name_id"
    NOT_TRUSTED = "not_trusted"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Participant:
    """One assertion that a service provider received, and how far its log-out is.

    ``number`` is larger for later ones. ``request_id`` and ``asked_at`` belong to the LogoutRequest
    that was sent, and are None before. ``outcome`` is None until it is known.
    """

    number: int
    issued: Issued
    request_id: str | None = None
    asked_at: datetime | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class AskedBy:
    """The service provider that began a log-out, and what its LogoutResponse needs."""

    trust: str
    request_id: str
    binding: str
    relay_state: str | None = None


@dataclass(frozen=True, slots=True)
class LogOut:
    """A log-out in progress; it does not change, only its participants do.

    ``sessions`` are the roots of the sessions of ``user`` that it ends in this browser,
    ``elsewhere`` those in other browsers. ``asked_by`` is None if the user began it on our page.
    ``namesakes`` are other users whose sessions it ends, since they have the same NameID.
    """

    id: str
    user: str
    sessions: tuple[str, ...]
    activity_id: str
    started_at: datetime
    asked_by: AskedBy | None = None
    elsewhere: tuple[str, ...] = ()
    namesakes: tuple[str, ...] = ()

    @property
    def users(self) -> tuple[str, ...]:
        """All users whose sessions it ends."""
        return (self.user, *self.namesakes)
