"""Writes the sign-in log: AD FS's audit events as rows of the database, each also as a log line.

1202 and 1203 are about fresh credentials, 1200 and 1201 about the token, 1204 and 1205 about a
changed password, 512, 515, 516 and 1210 about lock-outs (docs/log.md has the whole table).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from adapter.clock import Clock
from adapter.contract import Explanation
from adapter.errors import TallystickError
from adapter.mfa.policy import PASSKEY
from idp.admission import client_of
from idp.audit.record import SignInRecord
from idp.audit.refusal_quota import RefusalQuota
from idp.audit.verbose import VerboseAudit
from idp.counters import Counters
from idp.directory import LockoutEvent, PasswordCheck
from idp.events import Event
from idp.logs import get_logger
from idp.request_value import request_value

LOCKOUT_EVENTS: dict[LockoutEvent | None, tuple[Event, ...]] = {
    LockoutEvent.LOCKED_OUT:         (Event.EXTRANET_LOCKOUT, Event.LOCKED_OUT),
    LockoutEvent.RIGHT_WHILE_LOCKED: (Event.RIGHT_PASSWORD_WHILE_LOCKED,),
    LockoutEvent.ALLOWED:            (Event.LOCKED_BUT_ALLOWED,),
}  # fmt: skip

NOTHING_TO_EXPLAIN = Explanation("", "")
BY_PASSKEY = Explanation(PASSKEY, "user_verified")
"""Of a sign-in with a passkey: the device has verified its user, which counts as both factors."""

REPORT_BLOCKED = "report_user_blocked"
REPORT_NOT_BLOCKED = "report_no_action"
"""What a report has done: Microsoft's audit events "Fraud reported - user is blocked for MFA" and
"Fraud reported - no action taken"."""

REFUSALS_COUNTED = "refusals_counted"
"""The outcome of the row that says how many refusals got no row of their own."""


@request_value
class EventSource:
    """The request behind an event: its Activity ID, the client's address, the node that answers.

    Any host can make one, with or without HTTP.
    """

    activity_id: str
    client_ip: str
    node: str


class AuditLog(Protocol):
    """Where rows are stored."""

    def record(self, *log: SignInRecord) -> None:
        """Store the rows in one transaction."""


class AuditWriter:
    """Writes rows of the sign-in log; a row never holds anything secret."""

    def __init__(
        self,
        log: AuditLog,
        clock: Clock,
        verbose: VerboseAudit,
        counters: Counters,
        quota: RefusalQuota | None = None,
    ) -> None:
        self._log = log
        self._clock = clock
        self._verbose = verbose
        self._counters = counters
        self._quota = quota or RefusalQuota()

    def row(
        self,
        event: Event,
        source: EventSource,
        *,
        user: str = "",
        trust: str = "",
        outcome: str = "",
        why: Explanation = NOTHING_TO_EXPLAIN,
        detail: str = "",
    ) -> SignInRecord:
        """Return a row for now, which is not written yet."""
        return SignInRecord(
            at=self._clock.now(),
            event_id=int(event),
            activity_id=source.activity_id,
            user=user,
            trust=trust,
            node=source.node,
            experience=why.experience,
            reason=why.reason,
            outcome=outcome,
            client_ip=source.client_ip,
            detail=detail,
        )

    def write(self, *rows: SignInRecord, refusals: Sequence[SignInRecord] = ()) -> None:
        """Store rows in a transaction of their own, write their log lines, and count them.

        *refusals* prove nothing of who caused them, and come last. Beyond a rate their rows are
        counted and not stored; their log lines are always written.
        """
        stored = (*rows, *filter(self.stores_refusal, refusals))
        if stored:
            self._log.record(*stored)
        for row in (*rows, *refusals):
            self.write_line(row)

    def write_refusals(self, *rows: SignInRecord) -> None:
        """Do the same for refusals alone."""
        self.write(refusals=rows)

    def stores_refusal(self, row: SignInRecord) -> bool:
        """Say whether the row of a refusal is to be stored; report those that were only counted.

        The report is a row, too, at most once a minute.
        """
        is_stored = self._quota.admits(client_of(row.client_ip))
        counted = self._quota.take_counted()
        if counted:
            source = EventSource(row.activity_id, "", row.node)
            detail = f"{counted} refusals have no entry of their own"
            event = Event.TOKEN_NOT_ISSUED
            self._log.record(self.row(event, source, outcome=REFUSALS_COUNTED, detail=detail))
        return is_stored

    def refused(
        self, event: Event, source: EventSource, *, trust: str, code: str, problem: str
    ) -> None:
        """Store the row of a request that was refused on a page; its log line is written apart.

        Beyond a rate it is counted and not stored. While the database is away, no row is stored:
        the user's page does not depend on it.
        """
        row = self.row(event, source, trust=trust, outcome=code, detail=problem)
        try:
            if self.stores_refusal(row):
                self._log.record(row)
        except TallystickError as error:
            get_logger().error("refusal_not_stored", code=error.code, problem=error.problem)

    def write_line(self, row: SignInRecord) -> None:
        """Write the log line of a row that another transaction has stored, and count it."""
        self._counters.sign_in(row.event_id, row.outcome, row.experience)
        get_logger().info(
            "sign_in",
            event_id=row.event_id,
            activity_id=row.activity_id,
            user=row.user,
            trust=row.trust,
            node=row.node,
            experience=row.experience,
            reason=row.reason,
            outcome=row.outcome,
            client_ip=row.client_ip,
        )

    def password_checked(self, check: PasswordCheck, source: EventSource, *, trust: str) -> None:
        """Write that a user gave a password on the way to *trust*."""
        write = self.write_refusals if is_refusal(check) else self.write
        write(*self.rows_of_password(check, source, trust=trust))
        self.explain_password(check, source)

    def rows_of_password(
        self, check: PasswordCheck, source: EventSource, *, trust: str
    ) -> list[SignInRecord]:
        """Return the rows of a password that was given, which are not written yet."""
        event = Event.CREDENTIALS_NOT_VALID if check.failure else Event.CREDENTIALS_VALID
        return self._rows_of_check(event, check, check.failure or "right_password", source, trust)

    def explain_password(self, check: PasswordCheck, source: EventSource) -> None:
        """Write what the verbose log has besides for a password that was refused."""
        if check.failure:
            self._verbose.write(
                Event.CREDENTIALS_REFUSED,
                source.activity_id,
                user=_name_of(check),
                client_ip=source.client_ip,
            )

    def passkey_checked(
        self,
        source: EventSource,
        *,
        trust: str,
        user: str = "",
        failure: str = "",
        detail: str = "",
    ) -> None:
        """Write that somebody gave a passkey on the way to *trust*; *failure* is a code.

        *user* is its owner, empty if the passkey does not prove one.
        """
        event = Event.CREDENTIALS_NOT_VALID if failure else Event.CREDENTIALS_VALID
        row = self.row(
            event,
            source,
            user=user,
            trust=trust,
            outcome=failure or "right_passkey",
            why=Explanation(PASSKEY, "") if failure else BY_PASSKEY,
            detail=detail,
        )
        write = self.write_refusals if failure else self.write
        write(row)

    def password_changed(self, check: PasswordCheck, source: EventSource) -> None:
        """Write that a user has changed their password, or could not."""
        event = Event.PASSWORD_NOT_CHANGED if check.failure else Event.PASSWORD_CHANGED
        write = self.write_refusals if is_refusal(check) else self.write
        write(*self._rows_of_check(event, check, check.failure or "password_changed", source))

    def push_reported(
        self, source: EventSource, *, user: str, experience: str, detail: str, is_blocked: bool
    ) -> None:
        """Write that a user has reported a request as not theirs, and whether that blocked them.

        The report pauses further requests, and the user is at high risk, in either case.
        """
        code = "user_reported_suspicious_activity"
        why = Explanation(experience, code)
        event = Event.CREDENTIALS_NOT_VALID
        action = REPORT_BLOCKED if is_blocked else REPORT_NOT_BLOCKED
        self.write(
            self.row(event, source, user=user, outcome=code, why=why, detail=detail),
            self.row(event, source, user=user, outcome=action, why=why, detail=detail),
        )

    def _rows_of_check(
        self, event: Event, check: PasswordCheck, outcome: str, source: EventSource, trust: str = ""
    ) -> list[SignInRecord]:
        """Return the rows of the check of a password, and of the lock-outs that it caused.

        For the right password of a locked account there is one row, as for a wrong one: with two,
        an attacker who guesses could tell by the time of the answer that the guess was right.
        """
        outcomes = [(event, outcome)]
        if check.lockout is LockoutEvent.RIGHT_WHILE_LOCKED:
            outcomes = []
        outcomes += [(each, str(check.lockout)) for each in LOCKOUT_EVENTS.get(check.lockout, ())]
        user = _name_of(check)
        return [
            self.row(each, source, user=user, trust=trust, outcome=outcome)
            for each, outcome in outcomes
        ]


def is_refusal(check: PasswordCheck) -> bool:
    """Say whether the rows of a password are those of a refusal, and are stored more seldom.

    A right password of a locked account is stored as seldom as a wrong one, see above.
    """
    return check.failure is not None and check.lockout is not LockoutEvent.LOCKED_OUT


def _name_of(check: PasswordCheck) -> str:
    return check.user.upn if check.user else check.name
