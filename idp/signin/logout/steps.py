"""What a log-out does next: pure functions of values.

As with AD FS, the browser visits one service provider after another and comes back each time. A
page with a frame for each of them would sign nobody out: browsers do not send other sites' cookies
from a frame. A service provider that never sends the browser back is given up when the user
returns to this server.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.saml.endpoints import logout_service
from idp.saml.values import LogoutRequest, NameID, SingleLogoutService
from idp.session.participants import Outcome, Participant

ANSWER_WITHIN = timedelta(seconds=20)
"""How long a service provider may take to answer; the others are asked meanwhile."""

IS_WHOLE = frozenset({Outcome.SIGNED_OUT, Outcome.NO_LOGOUT_SERVICE})
"""Outcomes that leave a log-out complete: AD FS skips a provider without a log-out service, too."""


@dataclass(frozen=True, slots=True)
class Target:
    """One service provider of the sessions, with the NameID of its newest assertion.

    ``session_indexes`` are those of all its assertions with that NameID; ``latest`` says how far
    its log-out is.
    """

    trust: str
    name_id: NameID | None
    session_indexes: tuple[str, ...]
    latest: Participant


@dataclass(frozen=True, slots=True)
class End:
    """The outcome of a log-out at one service provider, None as long as it is not known."""

    trust: str
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Ask:
    """Send the browser to this service provider."""

    target: Target


@dataclass(frozen=True, slots=True)
class GiveUp:
    """This service provider has not answered in time."""

    target: Target


@dataclass(frozen=True, slots=True)
class Wait:
    """All have been asked, and these have not answered yet; look again at ``until``."""

    targets: tuple[Target, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """Every outcome is known."""


def targets_of(participants: Iterable[Participant]) -> tuple[Target, ...]:
    """Return the service providers among *participants* (oldest first), each once."""
    by_trust: dict[str, list[Participant]] = {}
    for each in participants:
        by_trust.setdefault(each.issued.trust, []).append(each)
    return tuple(_target(received) for received in by_trust.values())


def _target(received: Sequence[Participant]) -> Target:
    latest = received[-1]
    name_id = latest.issued.name_id
    indexes = (each.issued.session_index for each in received if each.issued.name_id == name_id)
    return Target(latest.issued.trust, name_id, tuple(dict.fromkeys(indexes)), latest)


def next_step(targets: Sequence[Target], now: datetime) -> Ask | GiveUp | Wait | Done:
    """Return the next step; a service provider that does not answer never delays the others."""
    open_ = [each for each in targets if each.latest.outcome is None]
    for each in open_:
        if each.latest.asked_at is None:
            return Ask(each)
    ends = {each.trust: (each.latest.asked_at or now) + ANSWER_WITHIN for each in open_}
    for each in open_:
        if ends[each.trust] <= now:
            return GiveUp(each)
    return Wait(tuple(open_), max(ends.values())) if open_ else Done()


def how_to_ask(
    trust: RelyingPartyTrust | None, target: Target
) -> tuple[SingleLogoutService, NameID] | Outcome:
    """Return where to send the request and for which NameID, or why it cannot be sent.

    Without a signing key the service provider's answer could not be verified.
    """
    if trust is None:
        return Outcome.NOT_TRUSTED
    service = logout_service(trust.service_provider)
    if service is None:
        return Outcome.NO_LOGOUT_SERVICE
    if target.name_id is None:
        return Outcome.NO_NAME_ID
    if not trust.service_provider.signing_certificates:
        return Outcome.NO_SIGNING_KEY
    return service, target.name_id


def sessions_named(
    request: LogoutRequest, received: Iterable[Participant], current: str | None
) -> tuple[str, ...]:
    """Return the sessions that *request* names, among those of what its sender *received*.

    NameID and session indexes must be those that were issued. A request without session indexes
    means the browser's *current* session if it is one of that NameID, else all of that NameID.
    """
    named = [each.issued for each in received if _is_name(each.issued.name_id, request.name_id)]
    if request.session_indexes:
        named = [each for each in named if each.session_index in request.session_indexes]
    sessions = tuple(dict.fromkeys(each.session for each in named))
    if not request.session_indexes and current in sessions:
        return (current,)
    return sessions


def _is_name(issued: NameID | None, given: NameID) -> bool:
    """Compare as AD FS does, except that the request may omit a qualifier (saml-core §8.3.7)."""
    if issued is None or (issued.value, issued.format) != (given.value, given.format):
        return False
    pairs = (
        (given.name_qualifier, issued.name_qualifier),
        (given.sp_name_qualifier, issued.sp_name_qualifier),
    )
    return all(requested is None or requested == sent for requested, sent in pairs)


def missed(ends: Iterable[End]) -> tuple[End, ...]:
    """Return the service providers at which the user may still be signed in."""
    return tuple(each for each in ends if each.outcome not in IS_WHOLE)
