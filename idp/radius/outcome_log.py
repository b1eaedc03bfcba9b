"""Writes what became of each request: a row of the sign-in log, and the events of NPS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from idp.audit.verbose import VerboseAudit
from idp.audit.writer import AuditWriter, EventSource, is_refusal
from idp.events import Event
from idp.radius import recorded
from idp.radius.event_texts import (
    AZURE_MFA_EVENT,
    WHITELIST_IGNORED,
    Channel,
    EventLine,
    accepted_lines,
    detail_of,
    rejected_lines,
)
from idp.radius.outcomes import EXTENSION_REJECTED, REJECTIONS
from idp.radius.recorded import RESOURCE
from idp.radius.results import Accepted, CodeDue, Rejected, Waiting

if TYPE_CHECKING:
    from idp.audit.record import SignInRecord
    from idp.directory import PasswordCheck
    from idp.radius.event_log import EventLog
    from idp.radius.request import RadiusRequest
    from idp.recorder.recording import Recording
    from idp.services import Services

CODE_ASKED = "code_asked"
"""The outcome of a request that is answered by a challenge."""


class OutcomeLog:
    """Writes outcomes: 6272 for an accept, 6273 for a reject, 1202 or 1203 for each password."""

    def __init__(self, services: Services, events: EventLog) -> None:
        verbose = VerboseAudit(is_on=services.config.logging.audit == "verbose")
        self._writer = AuditWriter(services.sign_ins, services.clock, verbose, services.counters)
        self._recorder = services.recorder
        self._events = events

    @contextmanager
    def of(self, request: RadiusRequest) -> Iterator[RequestLog]:
        """Give what takes the outcomes of a request; it is stored at the end of the block.

        So it is if the block raises: the tries of passwords are never lost.
        """
        is_recorded = self._recorder.is_on
        recording = self._recorder.begin(request.address) if is_recorded else None
        log = RequestLog(self._writer, request, recording)
        try:
            yield log
        finally:
            log.store()
            if recording is not None:
                self._recorder.finish(request.id, recording)
        for line in log.lines:
            self._events.write(request.host.name, line)


class RequestLog:
    """What became of one request; all of it is stored in one transaction."""

    def __init__(
        self, writer: AuditWriter, request: RadiusRequest, recording: Recording | None
    ) -> None:
        self._writer = writer
        self._request = request
        self._recording = recording
        self._source = _source(request)
        self._rows: list[SignInRecord] = []
        self._refusals: list[SignInRecord] = []
        self._check: PasswordCheck | None = None
        self.lines: list[EventLine] = []

    def received(self) -> None:
        """Record the request itself, before its answer."""
        recorded.received(self._recording, self._request)

    def password_checked(self, check: PasswordCheck) -> None:
        """Note whether the password was right, with what that means for the lock-out."""
        rows = self._writer.rows_of_password(check, self._source, trust=RESOURCE)
        (self._refusals if is_refusal(check) else self._rows).extend(rows)
        self._check = check
        recorded.password(self._recording, check)

    def asked(self, waiting: Waiting) -> None:
        """Record that the user's phone was asked, and the request waits for it."""
        recorded.asked(self._recording, waiting)

    def ended(self, result: Accepted | Rejected | CodeDue) -> None:
        """Note how the request is answered."""
        recorded.ended(self._recording, self._request, result)
        if isinstance(result, CodeDue):
            # No event of Windows: NPS has not decided yet.
            self._rows.append(self._row(Event.CREDENTIALS_VALID, result, CODE_ASKED, ""))
            return
        request = self._request
        user = result.user or request.user_name
        if isinstance(result, Accepted):
            event, lines = Event.NPS_GRANTED, accepted_lines(result.outcome, user, request.id)
        else:
            event, lines = Event.NPS_DENIED, rejected_lines(result.outcome, user, request.id)
        self.lines += lines
        if request.host.in_force.whitelisted and not request.nas_address:
            self.lines.append(EventLine(Channel.AUTHORIZATION, AZURE_MFA_EVENT, WHITELIST_IGNORED))
        detail = detail_of(result.outcome, self.lines)
        row = self._row(event, result, result.outcome, detail)
        (self._refusals if _is_of_nobody(result) else self._rows).append(row)

    def store(self) -> None:
        """Store what was noted, before the request is answered."""
        self._writer.write(*self._rows, refusals=self._refusals)
        if self._check is not None:
            self._writer.explain_password(self._check, self._source)

    def _row(
        self, event: Event, result: Accepted | Rejected | CodeDue, outcome: str, detail: str
    ) -> SignInRecord:
        return self._writer.row(
            event,
            self._source,
            user=result.user,
            trust=RESOURCE,
            outcome=outcome,
            why=result.why,
            detail=detail,
        )


def _is_of_nobody(result: Accepted | Rejected) -> bool:
    """Say whether it proves nothing of who asked: no right password was given."""
    if isinstance(result, Accepted):
        return False
    by_nps = REJECTIONS[result.outcome].reason_code != EXTENSION_REJECTED
    return by_nps or result.outcome == "session_invalid"


def _source(request: RadiusRequest) -> EventSource:
    return EventSource(request.id, request.user_address, request.host.name)
