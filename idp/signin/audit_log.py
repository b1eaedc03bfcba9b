"""What a sign-in leaves in the log: AD FS's audit events 1200 to 1203, and a structured line.

1202 and 1203 are about fresh credentials, 1200 and 1201 about the token, 1210 and 512 to 516 about
lock-outs (facts §D.8).
"""

from __future__ import annotations

from adapter.contract import Explanation
from idp.audit.record import SignInRecord
from idp.directory import LockoutEvent, PasswordCheck
from idp.events import Event
from idp.logs import get_logger
from idp.services import Services
from idp.session.participants import Issued
from idp.signin.pending import MAX_LIFETIME, PendingSignIn
from idp.signin.verbose_audit import Audit
from idp.web.activity import activity_id, client_ip

LOCKOUT_EVENTS: dict[LockoutEvent | None, tuple[Event, ...]] = {
    LockoutEvent.LOCKED_OUT:         (Event.EXTRANET_LOCKOUT, Event.LOCKED_OUT),
    LockoutEvent.RIGHT_WHILE_LOCKED: (Event.RIGHT_PASSWORD_WHILE_LOCKED,),
    LockoutEvent.ALLOWED:            (Event.LOCKED_BUT_ALLOWED,),
}  # fmt: skip

NOTHING_TO_EXPLAIN = Explanation("", "")


class Recorder:
    """Writes sign-in records of one node; a record never holds anything secret."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._audit = Audit(services)
        # Longer than the request, or a page of a sign-in that began with it, can be good.
        self._remember = MAX_LIFETIME + services.config.trusts.longest_freshness

    def credentials(self, pending: PendingSignIn, check: PasswordCheck, node: str) -> None:
        """Record that a password was given, and what it has to do with lock-outs."""
        event = Event.CREDENTIALS_NOT_VALID if check.failure else Event.CREDENTIALS_VALID
        self._checked(event, pending.entity_id, check, check.failure or "right_password", node)
        if check.failure:
            name = _name_of(check)
            self._audit.write(Event.CREDENTIALS_REFUSED, user=name, client_ip=client_ip())

    def password_changed(self, check: PasswordCheck, node: str) -> None:
        """Record that a user has changed their password, or could not."""
        event = Event.PASSWORD_NOT_CHANGED if check.failure else Event.PASSWORD_CHANGED
        self._checked(event, "", check, check.failure or "password_changed", node)

    def _checked(
        self, event: Event, entity_id: str, check: PasswordCheck, outcome: str, node: str
    ) -> None:
        """Record a check of a password, and what an administrator should hear of lock-outs.

        A right password behind a lock is told in the place of the failure and not beside it: who
        guesses there must not learn by time that they have found it.
        """
        user, outcomes = _name_of(check), [(event, outcome)]
        if check.lockout is LockoutEvent.RIGHT_WHILE_LOCKED:
            outcomes = []
        outcomes += [(each, str(check.lockout)) for each in LOCKOUT_EVENTS.get(check.lockout, ())]
        self.write(
            *(self._of_sign_in(each, entity_id, user, node, said) for each, said in outcomes)
        )

    def not_issued(
        self, pending: PendingSignIn, user: str, node: str, outcome: str, why: Explanation
    ) -> None:
        """Record a sign-in that ended, or stopped for now, without a token."""
        self.write(
            self._of_sign_in(Event.TOKEN_NOT_ISSUED, pending.entity_id, user, node, outcome, why)
        )

    def denied(
        self, pending: PendingSignIn, user: str, node: str, policy: str, why: Explanation
    ) -> None:
        """Record that a user who had signed in was not let in to the trust."""
        self.not_issued(pending, user, node, "MSIS5007", why)
        self._audit.write(
            Event.AUTHORIZATION_REFUSED, user=user, trust=pending.entity_id, policy=policy
        )

    def not_issued_once(
        self, pending: PendingSignIn, user: str, node: str, context_id: str, why: Explanation
    ) -> None:
        """Record what became of one request on the phone, however often its page is posted."""
        key = f"{context_id}:{why.attempt}:{why.outcome}"
        expires_at = self._services.clock.now() + self._remember
        if self._services.once.claim("outcome-logged", key, expires_at):
            self.not_issued(pending, user, node, why.outcome, why)

    def ended(self, context_id: str) -> None:
        """Spend a sign-in that ends without an answer: its pages may be kept and posted again."""
        self._services.once.claim(
            "sign-in", context_id, self._services.clock.now() + self._remember
        )

    def issued(
        self,
        pending: PendingSignIn,
        node: str,
        why: Explanation,
        told: Issued,
        *,
        context_id: str | None,
    ) -> bool:
        """Spend the request and the sign-in and record the token, in one transaction.

        False, and nothing written, when either was spent before, or the session has ended.
        """
        record = self._of_sign_in(Event.TOKEN_ISSUED, told.trust, told.user, node, "issued", why)
        spends = (pending.entity_id, pending.request_id) if pending.request_id else None
        return self._finish(record, spends, context_id, told)

    def refused(self, pending_request: tuple[str, str], node: str, code: str) -> bool:
        """Spend a request that is answered by a SAML status, and record why."""
        entity_id, request_id = pending_request
        record = self._of_sign_in(Event.TOKEN_NOT_ISSUED, entity_id, "", node, code)
        return self._finish(record, (entity_id, request_id), None)

    def _finish(
        self,
        record: SignInRecord,
        request: tuple[str, str] | None,
        context_id: str | None,
        told: Issued | None = None,
    ) -> bool:
        won = self._services.sign_ins.finish(
            request=request,
            request_expires_at=self._services.clock.now() + self._remember,
            sign_in=context_id,
            log=record,
            issued=told,
        )
        if won:
            self.log(record)
        return won

    def _of_sign_in(
        self,
        event: Event,
        entity_id: str,
        user: str,
        node: str,
        outcome: str,
        why: Explanation = NOTHING_TO_EXPLAIN,
    ) -> SignInRecord:
        return self.record(event, entity_id, user=user, node=node, outcome=outcome, why=why)

    def record(
        self,
        event: Event,
        entity_id: str,
        *,
        user: str,
        node: str,
        outcome: str,
        why: Explanation = NOTHING_TO_EXPLAIN,
        detail: str = "",
    ) -> SignInRecord:
        """Return the record of what happens in this web request."""
        return SignInRecord(
            at=self._services.clock.now(),
            event_id=int(event),
            activity_id=activity_id(),
            user=user,
            trust=entity_id,
            node=node,
            experience=why.experience,
            reason=why.reason,
            outcome=outcome,
            client_ip=client_ip(),
            detail=detail,
        )

    def write(self, *records: SignInRecord) -> None:
        """Record what is not part of another transaction."""
        self._services.sign_ins.record(*records)
        for record in records:
            self.log(record)

    def log(self, record: SignInRecord) -> None:
        """Write the line of a record that is in the database, and count it."""
        self._services.counters.sign_in(record.event_id, record.outcome, record.experience)
        get_logger().info(
            "sign_in",
            event_id=record.event_id,
            activity_id=record.activity_id,
            user=record.user,
            trust=record.trust,
            node=record.node,
            experience=record.experience,
            reason=record.reason,
            outcome=record.outcome,
            client_ip=record.client_ip,
        )


def _name_of(check: PasswordCheck) -> str:
    return check.user.upn if check.user else check.name
