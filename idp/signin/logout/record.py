"""What a log-out leaves in the log: AD FS's audit events 1206 and 1207 (docs/log.md)."""

from __future__ import annotations

from collections.abc import Iterable

from idp.audit.record import SignInRecord
from idp.audit.writer import AuditWriter, EventSource
from idp.events import Event
from idp.session.participants import LogOut
from idp.signin.logout.steps import End


class LogOutRecorder:
    """Writes the rows of log-outs."""

    def __init__(self, writer: AuditWriter) -> None:
        self._writer = writer

    def began(self, log_out: LogOut, source: EventSource, *, everywhere: bool) -> SignInRecord:
        """Return the row of the session's end, which is stored in the same transaction."""
        outcome = "signed_out_everywhere" if everywhere else "signed_out"
        return self._row(Event.SIGNED_OUT, log_out, source, outcome)

    def partial(self, log_out: LogOut, source: EventSource, missed: Iterable[End]) -> None:
        """Write that the log-out did not reach every service provider, and which it missed."""
        detail = ", ".join(f"{each.trust} {each.outcome}" for each in missed)
        row = self._row(Event.NOT_SIGNED_OUT, log_out, source, "partial_logout", detail)
        self._writer.write(row)

    def refused(self, trust: str, source: EventSource, code: str) -> None:
        """Write that a service provider's request ended nothing."""
        row = self._writer.row(Event.NOT_SIGNED_OUT, source, trust=trust, outcome=code)
        self._writer.write_refusals(row)

    def _row(
        self, event: Event, log_out: LogOut, source: EventSource, outcome: str, detail: str = ""
    ) -> SignInRecord:
        trust = log_out.asked_by.trust if log_out.asked_by else ""
        return self._writer.row(
            event, source, user=log_out.user, trust=trust, outcome=outcome, detail=detail
        )
