"""Writes what became of password resets to the sign-in log.

1205 with the outcome ``reset_begun`` (``reason`` says why it cannot succeed, if so), 1202 and 1203
for each proof, and 1204 for the new password. What a stranger can cause beyond a rate is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.contract import Explanation
from idp.audit.record import SignInRecord
from idp.audit.verbose import VerboseAudit
from idp.audit.writer import NOTHING_TO_EXPLAIN, AuditWriter
from idp.events import Event
from idp.mfa.password_reset import Reset
from idp.web.web_request import WebRequest

if TYPE_CHECKING:
    from idp.account.frame import Frame
    from idp.services import Services

DETAIL = "password reset"


class ResetLog:
    """The rows of password resets."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._frame = frame
        verbose = VerboseAudit(is_on=services.config.logging.audit == "verbose")
        self._writer = AuditWriter(services.sign_ins, services.clock, verbose, services.counters)

    def begun(self, web: WebRequest, reset: Reset, reason: str) -> None:
        """Write that a reset was begun; *reason* is why it cannot succeed, empty if it can."""
        why = Explanation("", reason)
        event = Event.PASSWORD_NOT_CHANGED
        self._writer.write_refusals(self._row(event, web, reset, "reset_begun", why))

    def proved(self, web: WebRequest, reset: Reset, why: Explanation) -> None:
        """Write that a method was proved."""
        self._writer.write(self._row(Event.CREDENTIALS_VALID, web, reset, why.outcome, why))

    def not_proved(self, web: WebRequest, reset: Reset, why: Explanation) -> None:
        """Write that a proof has failed; anybody can cause that."""
        row = self._row(Event.CREDENTIALS_NOT_VALID, web, reset, why.outcome, why)
        self._writer.write_refusals(row)

    def not_done(self, web: WebRequest, reset: Reset, outcome: str) -> None:
        """Write that the new password was not stored although all was proved."""
        self._writer.write(self._row(Event.PASSWORD_NOT_CHANGED, web, reset, outcome))

    def done_row(self, web: WebRequest, reset: Reset) -> SignInRecord:
        """Return the row of the new password, which is stored together with it."""
        return self._row(Event.PASSWORD_CHANGED, web, reset, "password_reset")

    def done(self, row: SignInRecord) -> None:
        """Write the log line of the row that was stored."""
        self._writer.write_line(row)

    def _row(
        self,
        event: Event,
        web: WebRequest,
        reset: Reset,
        outcome: str,
        why: Explanation = NOTHING_TO_EXPLAIN,
    ) -> SignInRecord:
        return self._writer.row(
            event,
            self._frame.source(web),
            user=reset.user or reset.name,
            outcome=outcome,
            why=why,
            detail=DETAIL,
        )
