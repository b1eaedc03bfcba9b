"""What a log-out does next: questions that take values and return a value.

As AD FS does it, the browser goes from one service provider to the next and comes back each time.
In a frame it would not bring their cookies, so that a page which asks several at once signs nobody
out. Whoever never sends the browser back is given up when the user returns to us.
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
"""How long a service provider may take; the others are asked meanwhile."""

IS_WHOLE = frozenset({Outcome.SIGNED_OUT, Outcome.NO_LOGOUT_SERVICE})
"""What does not make a log-out partial: AD FS skips who takes no log-out messages."""


@dataclass(frozen=True, slots=True)
class Target:
    """One service provider of the sessions, by the newest name that it was told.

    ``session_indexes`` are all that go with that name; ``latest`` says how far its log-out is.
    """

    trust: str
    name_id: NameID | None
    session_indexes: tuple[str, ...]
    latest: Participant


@dataclass(frozen=True, slots=True)
class End:
    """What became of a log-out at one service provider, None while it is not known."""

    trust: str
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Ask:
    """Send the browser to this one."""

    target: Target


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It has had its time."""

    target: Target


@dataclass(frozen=True, slots=True)
class Wait:
    """Nobody is left to ask, but these have not answered yet; come back then."""

    targets: tuple[Target, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """All is known."""


def targets_of(participants: Iterable[Participant]) -> tuple[Target, ...]:
    """Return the service providers among *participants* (oldest first), each once."""
    by_trust: dict[str, list[Participant]] = {}
    for each in participants:
        by_trust.setdefault(each.issued.trust, []).append(each)
    return tuple(_target(told) for told in by_trust.values())


def _target(told: Sequence[Participant]) -> Target:
    latest = told[-1]
    name_id = latest.issued.name_id
    indexes = (each.issued.session_index for each in told if each.issued.name_id == name_id)
    return Target(latest.issued.trust, name_id, tuple(dict.fromkeys(indexes)), latest)


def next_step(targets: Sequence[Target], now: datetime) -> Ask | GiveUp | Wait | Done:
    """Return what comes next; one that does not answer never keeps the others waiting."""
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
    """Return where a service provider takes the request, and for whom; or why it cannot be asked.

    Without a signing key its answer could not be believed (AD FS: MSIS7054 for all of it).
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
    request: LogoutRequest, told: Iterable[Participant], current: str | None
) -> tuple[str, ...]:
    """Return the sessions that *request* means, of what its sender was *told*; maybe none.

    The name must be the one that was issued, and so must the session indexes. Without any, it is
    the browser's *current* session, else every one of that name.
    """
    mine = [each.issued for each in told if _is_name(each.issued.name_id, request.name_id)]
    if request.session_indexes:
        mine = [each for each in mine if each.session_index in request.session_indexes]
    sessions = tuple(dict.fromkeys(each.session for each in mine))
    if not request.session_indexes and current in sessions:
        return (current,)
    return sessions


def _is_name(issued: NameID | None, given: NameID) -> bool:
    """Compare as AD FS does, but that a qualifier may be left out (saml-core §8.3.7)."""
    if issued is None or (issued.value, issued.format) != (given.value, given.format):
        return False
    pairs = (
        (given.name_qualifier, issued.name_qualifier),
        (given.sp_name_qualifier, issued.sp_name_qualifier),
    )
    return all(mine is None or mine == theirs for mine, theirs in pairs)


def missed(ends: Iterable[End]) -> tuple[End, ...]:
    """Return where somebody may still be signed in who could have been told otherwise."""
    return tuple(each for each in ends if each.outcome not in IS_WHOLE)
