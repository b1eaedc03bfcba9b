"""The service providers of a session (session participants, saml-core §3.7), and log-outs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from idp.saml.values import NameID


@dataclass(frozen=True, slots=True)
class Issued:
    """What a service provider was told in a session: by these it will ask to end it.

    ``session`` is the root of the session's ids, ``trust`` an entity id. Who asks for log-out
    later than ``expires_at`` is not known any more.
    """

    session: str
    user: str
    trust: str
    name_id: NameID | None
    session_index: str
    expires_at: datetime


class Outcome(StrEnum):
    """What became of the log-out at one service provider."""

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
    """One thing that a service provider was told, and how far its log-out is.

    ``number`` rises with each. ``asked_at`` and ``request_id`` are of the LogoutRequest that it
    was sent, None before; ``outcome`` is None until it is known.
    """

    number: int
    issued: Issued
    request_id: str | None = None
    asked_at: datetime | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class AskedBy:
    """The service provider that began a log-out, and where its answer goes."""

    trust: str
    request_id: str
    binding: str
    relay_state: str | None = None


@dataclass(frozen=True, slots=True)
class LogOut:
    """A log-out under way: it never changes, its participants do.

    ``sessions`` are the roots of those it ends in this browser, ``elsewhere`` of those in others,
    all of ``user``. ``asked_by`` is None where the user began it here.
    """

    id: str
    user: str
    sessions: tuple[str, ...]
    activity_id: str
    started_at: datetime
    asked_by: AskedBy | None = None
    elsewhere: tuple[str, ...] = ()
