"""The flight recorder's steps of a sign-in over RADIUS; ``recorded_texts.py`` has their words.

Everything here is a no-op while the recorder is off. Of a packet, single values are recorded: no
attribute that carries a password, a challenge, a response, a State or a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.decision import REASONS
from idp.radius.outcomes import REJECTIONS
from idp.radius.recorded_texts import REMEDIES
from idp.radius.results import Accepted, CodeDue, Rejected, Result, Waiting
from idp.recorder.password_step import add_password
from idp.recorder.timeline import ISSUED, Fields

if TYPE_CHECKING:
    from idp.directory import PasswordCheck
    from idp.radius.request import RadiusRequest
    from idp.recorder.recording import Recording

RESOURCE = "radius"
"""What sign-ins have in the place of a trust: the sign-in logs of Entra ID name NPS so."""

ANSWERS: dict[type, str] = {
    Accepted: "Access-Accept",
    Rejected: "Access-Reject",
    CodeDue: "Access-Challenge",
}
"""The message that a result is sent as."""


def received(recording: Recording | None, request: RadiusRequest) -> None:
    """Record the Access-Request itself: who asks, from where, by which protocol."""
    if recording is None:
        return
    recording.node, recording.trust = request.host.name, RESOURCE
    _add(recording, "message_in", _message(request))


def password(recording: Recording | None, check: PasswordCheck) -> None:
    """Record whether the password was right."""
    if recording is not None:
        add_password(recording, "password", check)


def asked(recording: Recording | None, waiting: Waiting) -> None:
    """Record that the user's phone was asked."""
    if recording is not None:
        recording.user, recording.is_proved = waiting.signed_in.user, True
        _add(recording, "second_factor", _second_factor(waiting, "asked"))


def ended(
    recording: Recording | None, request: RadiusRequest, result: Accepted | Rejected | CodeDue
) -> None:
    """Record how a request ends: what the second factor came to, the refusal, and the answer."""
    if recording is None:
        return
    recording.node, recording.trust = request.host.name, RESOURCE
    recording.user = result.user or recording.user
    recording.is_proved = recording.is_proved or isinstance(result, Accepted)
    if result.why.experience:
        end = "asked" if isinstance(result, CodeDue) else result.outcome
        _add(recording, "second_factor", _second_factor(result, end))
    if isinstance(result, Rejected):
        _refused(recording, result.outcome)
    elif isinstance(result, Accepted):
        recording.outcome = ISSUED
    _add(recording, "message_out", _answer(request, result))


def _refused(recording: Recording, outcome: str) -> None:
    rejection, remedy = REJECTIONS[outcome], REMEDIES[outcome]
    fields = {
        "code": outcome,
        "problem": rejection.sentence,
        "remedy": remedy,
        "reason_code": rejection.reason_code,
        "response": rejection.response,
    }
    _add(recording, "refused", fields)
    recording.refuse(outcome, rejection.sentence, remedy)


def _add(recording: Recording, kind: str, fields: Fields) -> None:
    """Add a step whose fields are made now: later, requests and results hold secrets in memory."""
    recording.add(kind, lambda: fields)


def _message(request: RadiusRequest) -> Fields:
    return {
        "message": "Access-Request",
        "client": request.client.label or str(request.client.network),
        "address": request.address,
        "nas_address": request.nas_address,
        "calling_station": request.calling_station,
        "protocol": request.credentials.protocol,
        "answers_challenge": bool(request.state),
        "host": request.host.name,
        "version": str(request.host.version),
    }


def _second_factor(result: Result, end: str) -> Fields:
    why = result.why
    return {
        "provider": "NPS extension",
        "experience": why.experience,
        "reason": why.reason,
        "because": REASONS.get(why.reason, ""),
        "outcome": end,
    }


def _answer(request: RadiusRequest, result: Accepted | Rejected | CodeDue) -> Fields:
    outcome = "" if isinstance(result, CodeDue) else result.outcome
    return {"message": ANSWERS[type(result)], "destination": request.address, "outcome": outcome}
