"""Writes what became of each request: a row of the sign-in log, and the events of NPS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.audit.verbose import VerboseAudit
from idp.audit.writer import AuditWriter, EventSource
from idp.events import Event
from idp.radius.event_texts import (
    WHITELIST_IGNORED,
    Channel,
    EventLine,
    accepted_lines,
    rejected_lines,
)
from idp.radius.outcomes import EXTENSION_REJECTED, REJECTIONS
from idp.radius.results import Accepted, CodeDue, Rejected

if TYPE_CHECKING:
    from idp.directory import PasswordCheck
    from idp.radius.event_log import EventLog
    from idp.radius.request import RadiusRequest
    from idp.services import Services

RESOURCE = "radius"
"""What the rows have in the place of a trust: the sign-in logs of Entra ID name NPS so."""

CODE_ASKED = "code_asked"
"""The outcome of a request that is answered by a challenge."""


class OutcomeLog:
    """Writes outcomes: 6272 for an accept, 6273 for a reject, 1202 or 1203 for each password."""

    def __init__(self, services: Services, events: EventLog) -> None:
        verbose = VerboseAudit(is_on=services.config.logging.audit == "verbose")
        self._writer = AuditWriter(services.sign_ins, services.clock, verbose, services.counters)
        self._events = events

    def password_checked(self, check: PasswordCheck, request: RadiusRequest) -> None:
        """Write what a password came to, with what that means for the lock-out."""
        self._writer.password_checked(check, _source(request), trust=RESOURCE)

    def write(self, request: RadiusRequest, result: Accepted | Rejected | CodeDue) -> None:
        """Write the outcome of a request, before it is answered."""
        if isinstance(result, CodeDue):
            # No event of Windows: NPS has not decided yet.
            self._write_row(request, Event.CREDENTIALS_VALID, result, CODE_ASKED, "")
            return
        user = result.user or request.user_name
        if isinstance(result, Accepted):
            event, lines = Event.NPS_GRANTED, [*accepted_lines(result.outcome, user, request.id)]
        else:
            event, lines = Event.NPS_DENIED, [*rejected_lines(result.outcome, user, request.id)]
        if request.host.in_force.whitelisted and not request.nas_address:
            lines.append(EventLine(Channel.AUTHORIZATION, 1, WHITELIST_IGNORED))
        self._write_row(request, event, result, result.outcome, lines[0].text)
        for line in lines:
            self._events.write(request.host.name, line)

    def _write_row(
        self,
        request: RadiusRequest,
        event: Event,
        result: Accepted | Rejected | CodeDue,
        outcome: str,
        detail: str,
    ) -> None:
        row = self._writer.row(
            event,
            _source(request),
            user=result.user,
            trust=RESOURCE,
            outcome=outcome,
            why=result.why,
            detail=detail,
        )
        is_of_nobody = (
            isinstance(result, Rejected)
            and REJECTIONS[result.outcome].reason_code != EXTENSION_REJECTED
        )
        write = self._writer.write_refusals if is_of_nobody else self._writer.write
        write(row)


def _source(request: RadiusRequest) -> EventSource:
    return EventSource(request.id, request.user_address, request.host.name)
