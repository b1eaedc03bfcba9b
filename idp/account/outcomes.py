"""Writes what became of verifications and passkeys at ``/account/`` to the sign-in log."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapter.contract import Explanation
from adapter.mfa.passkeys.passkey import PasskeyRefused
from adapter.mfa.verification.verifier import Judged
from idp.audit.verbose import VerboseAudit
from idp.audit.writer import AuditWriter
from idp.events import Event
from idp.web.web_request import WebRequest

if TYPE_CHECKING:
    from idp.account.frame import Frame
    from idp.services import Services

LOGGED = "account-outcome-logged"
REMEMBERED = timedelta(hours=1)


class VerificationLog:
    """The rows of verifications: 1202 if the user passed, 1203 if not, each outcome once."""

    def __init__(self, services: Services, frame: Frame, detail: str = "security info") -> None:
        self._once = services.once
        self._clock = services.clock
        self._frame = frame
        self._detail = detail
        self._writer = _writer(services)

    def write(self, web: WebRequest, judged: Judged, step_id: str) -> None:
        """Store the row of an outcome, however often its page is posted."""
        why = judged.state.explanation
        if why.outcome:
            key = f"{step_id}:{why.attempt}:{why.outcome}"
            self._write_once(key, web, judged.state.user, why, is_passed=bool(judged.passed_by))

    def write_outcome(
        self, web: WebRequest, user: str, experience: str, outcome: str, step_id: str
    ) -> None:
        """Store the row of something that was typed instead, of which ``right`` is a success."""
        why = Explanation(experience, "method_unchanged", outcome)
        key = f"{step_id}:{experience}:{outcome}"
        self._write_once(key, web, user, why, is_passed=outcome == "right")

    def _write_once(
        self, key: str, web: WebRequest, user: str, why: Explanation, *, is_passed: bool
    ) -> None:
        if not self._once.claim(LOGGED, key, self._clock.now() + REMEMBERED):
            return
        self._writer.write(
            self._writer.row(
                Event.CREDENTIALS_VALID if is_passed else Event.CREDENTIALS_NOT_VALID,
                self._frame.source(web),
                user=user,
                outcome=why.outcome,
                why=why,
                detail=self._detail,
            )
        )


class PasskeyLog:
    """The rows of passkeys that are registered or used: 1202, or 1203 with the code."""

    def __init__(self, services: Services, frame: Frame, detail: str) -> None:
        self._frame = frame
        self._detail = detail
        self._writer = _writer(services)

    def passed(self, web: WebRequest, user: str) -> None:
        """Store that *user* has registered a passkey, or used one."""
        self._writer.passkey_checked(
            self._frame.source(web), trust="", user=user, detail=self._detail
        )

    def refused(self, web: WebRequest, user: str, refused: PasskeyRefused) -> None:
        """Store why a passkey of *user*, who is signed in, was not taken."""
        self._writer.passkey_checked(
            self._frame.source(web),
            trust="",
            user=user,
            failure=refused.code,
            detail=f"{self._detail}: {refused.problem}",
        )


def _writer(services: Services) -> AuditWriter:
    verbose = VerboseAudit(is_on=services.config.logging.audit == "verbose")
    return AuditWriter(services.sign_ins, services.clock, verbose, services.counters)
