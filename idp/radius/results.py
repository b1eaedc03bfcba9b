"""What becomes of a request: the values that NPS and its extension hand on to each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adapter.contract import Explanation
from idp.audit.writer import NOTHING_TO_EXPLAIN
from idp.radius.packet import Attribute
from idp.radius.request import RadiusRequest


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user (a UPN) who gave the right password, and what the answer needs, by how it ends.

    ``valid_from`` is the user's at that moment: it changes when all sign-ins in progress end.
    """

    user: str
    valid_from: datetime
    on_accept: tuple[Attribute, ...] = ()
    on_reject: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The user passed; ``outcome`` is one of ``outcomes.ACCEPTED``."""

    outcome: str
    user: str
    why: Explanation = NOTHING_TO_EXPLAIN
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """The request is refused; ``outcome`` is one of ``outcomes.REJECTIONS``."""

    outcome: str
    user: str
    why: Explanation = NOTHING_TO_EXPLAIN
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeDue:
    """The user is asked for a code, which the client sends back with ``state``."""

    state: str
    user: str
    why: Explanation


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request on the user's phone that is not answered yet.

    ``challenge`` is its id. Nobody waits for the answer at ``until`` any more.
    """

    request: RadiusRequest
    signed_in: SignedIn
    challenge: str
    why: Explanation
    until: datetime


Result = Accepted | Rejected | CodeDue | Waiting
