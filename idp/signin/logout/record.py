"""What a log-out leaves in the log: AD FS's audit events 1206 and 1207 (facts §D.8)."""

from __future__ import annotations

from collections.abc import Iterable

from idp.audit.record import SignInRecord
from idp.events import Event
from idp.session.participants import LogOut
from idp.signin.audit_log import Recorder
from idp.signin.logout.steps import End


class LogOutRecorder:
    """Writes the records of one node's log-outs."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def began(self, log_out: LogOut, node: str, *, everywhere: bool) -> SignInRecord:
        """Return the record of the session's end, to be written with it."""
        outcome = "signed_out_everywhere" if everywhere else "signed_out"
        return self._record(Event.SIGNED_OUT, log_out, node, outcome)

    def partial(self, log_out: LogOut, node: str, missed: Iterable[End]) -> None:
        """Record that it did not reach everybody, and whom not."""
        told = ", ".join(f"{each.trust} {each.outcome}" for each in missed)
        record = self._record(Event.NOT_SIGNED_OUT, log_out, node, "partial_logout", told)
        self._recorder.write(record)

    def log(self, record: SignInRecord) -> None:
        """Write the line of a record that is in the database."""
        self._recorder.log(record)

    def refused(self, trust: str, node: str, code: str) -> None:
        """Record a service provider's request that ended nothing."""
        self._recorder.write(
            self._recorder.record(Event.NOT_SIGNED_OUT, trust, user="", node=node, outcome=code)
        )

    def _record(
        self, event: Event, log_out: LogOut, node: str, outcome: str, detail: str = ""
    ) -> SignInRecord:
        trust = log_out.asked_by.trust if log_out.asked_by else ""
        return self._recorder.record(
            event, trust, user=log_out.user, node=node, outcome=outcome, detail=detail
        )
