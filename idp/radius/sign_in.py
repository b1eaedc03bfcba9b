"""A sign-in over RADIUS, from an Access-Request to its answer: first NPS, then its extension."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from idp.radius import attributes
from idp.radius.credentials import Eap
from idp.radius.extension import CodeSession, NpsExtension
from idp.radius.packet import Attribute, Code
from idp.radius.primary import PrimaryAuthentication
from idp.radius.results import Accepted, CodeDue, Rejected, Result, Waiting

if TYPE_CHECKING:
    from idp.radius.outcome_log import OutcomeLog, RequestLog
    from idp.radius.request import RadiusRequest
    from idp.services import Services

PROMPT = "Enter Your Microsoft verification code"
"""What clients show when a code is asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply without what binds it to its request, which ``packet.encode_reply`` adds."""

    code: Code
    attributes: tuple[Attribute, ...] = ()


class NpsSignIn:
    """Answers requests; any thread may call it. An answer is logged before it is sent."""

    def __init__(self, services: Services, log: OutcomeLog) -> None:
        self._primary = PrimaryAuthentication(services.directory)
        self._extension = NpsExtension(services)
        self._log = log

    def begin(self, request: RadiusRequest) -> Answer | Waiting:
        """Return the answer to a request, or that it waits for a phone.

        A code that answers a challenge continues the sign-in: it has the Activity ID of its first
        request.

        Raises :class:`~idp.directory.passwords.HashingBusy`.
        """
        session = self._extension.session_of(request)
        if session is not None:
            request = replace(request, id=session.id)
        with self._log.of(request) as log:
            log.received()
            result = self._begin(request, session, log)
            if isinstance(result, Waiting):
                log.asked(result)
            return _answer(request, result, log)

    def look(self, waiting: Waiting) -> Answer | Waiting:
        """Return the answer if the phone has answered, or its time is up; else *waiting*."""
        with self._log.of(waiting.request) as log:
            return _answer(waiting.request, self._extension.look(waiting), log)

    def _begin(
        self, request: RadiusRequest, session: CodeSession | None, log: RequestLog
    ) -> Result:
        if request.packet.first(attributes.STATE) is not None:
            if not self._primary.allows_protocol(request):
                return Rejected("protocol_not_allowed", "")
            return self._extension.try_code(request, session)
        primary = self._primary.check(request, log.password_checked)
        if isinstance(primary, Rejected):
            return primary
        return self._extension.ask(request, primary)


def _answer(request: RadiusRequest, result: Result, log: RequestLog) -> Answer | Waiting:
    if isinstance(result, Waiting):
        return result
    log.ended(result)
    if isinstance(result, Accepted):
        return Answer(Code.ACCESS_ACCEPT, result.attributes)
    if isinstance(result, CodeDue):
        return _challenge(result.state)
    return Answer(Code.ACCESS_REJECT, (*result.attributes, *_eap_failure(request)))


def _challenge(state: str) -> Answer:
    prompt = Attribute(attributes.REPLY_MESSAGE, PROMPT.encode())
    return Answer(Code.ACCESS_CHALLENGE, (prompt, Attribute(attributes.STATE, state.encode())))


def _eap_failure(request: RadiusRequest) -> tuple[Attribute, ...]:
    """Return what ends EAP in an Access-Reject: without it, nobody tells the user's computer.

    RFC 3579 §2.6.3 asks for it in every Access-Reject to a request with EAP.
    """
    credentials = request.credentials
    return (credentials.failure(),) if isinstance(credentials, Eap) else ()
