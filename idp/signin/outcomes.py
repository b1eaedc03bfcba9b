"""How a sign-in ends: what is used up and the row of the log are stored in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from adapter.clock import Clock
from adapter.contract import Explanation
from adapter.errors import TallystickError
from idp.audit.verbose import VerboseAudit
from idp.audit.writer import NOTHING_TO_EXPLAIN, AuditWriter, EventSource
from idp.events import Event, event_of_refusal
from idp.federation.authenticated_user import AuthenticatedUser
from idp.saml.refusal import Refused
from idp.saml.values import Assertion
from idp.session.participants import Issued
from idp.session.sign_in_store import SECOND_FACTOR, SignInStore
from idp.session.sso import Session
from idp.session.used_once import UsedOnce
from idp.signin.destination import SamlDestination
from idp.signin.pending import MAX_LIFETIME, PendingSignIn
from idp.signin.sign_in_step import PassedFactor

LONGER_THAN_SESSION = timedelta(days=1)
"""How much longer than ours a service provider's session may last and still be ended here."""

OUTCOME_LOGGED = "outcome-logged"
JUST_NOW = timedelta(seconds=10)
"""How long after its end the page of a second factor leads on, if it is posted once more."""


class SignInOutcomes:
    """Ends sign-ins and records them.

    Request and second factor are used up for longer than the request, or a page of a sign-in that
    began with it, can be good; *longest_freshness* is how long a request is taken.
    """

    def __init__(
        self,
        writer: AuditWriter,
        verbose: VerboseAudit,
        sign_ins: SignInStore,
        once: UsedOnce,
        clock: Clock,
        *,
        longest_freshness: timedelta,
    ) -> None:
        self._writer = writer
        self._verbose = verbose
        self._sign_ins = sign_ins
        self._once = once
        self._clock = clock
        self._longest_freshness = longest_freshness
        self._remembered_for = MAX_LIFETIME + longest_freshness

    def issued(
        self,
        pending: PendingSignIn,
        issued: Issued,
        source: EventSource,
        *,
        factor: PassedFactor,
        repeatable_until: datetime | None,
    ) -> bool:
        """Use up the request, and record the token.

        Until *repeatable_until* the same session may get another token for the request, if that
        call has such a time, too. Returns False and stores nothing if the request was used before
        otherwise, or the session has ended.
        """
        row = self._writer.row(
            Event.TOKEN_ISSUED,
            source,
            user=issued.user,
            trust=issued.trust,
            outcome="issued",
            why=factor.why,
        )
        request = pending.request
        spent = (request.issuer, request.id) if request else None
        is_finished = self._sign_ins.finish(
            request=spent,
            request_expires_at=self._forgotten_at(),
            log=row,
            issued=issued,
            repeatable_until=repeatable_until,
            durable=factor.context_id is not None,
        )
        if is_finished:
            self._writer.write_line(row)
        return is_finished

    def refused(
        self, issuer: str, request_id: str, code: str, source: EventSource, *, proved: bool
    ) -> bool:
        """Use up a request that is answered by a SAML status, and record why.

        Returns False and stores nothing if it was used before. It has no page that could be posted
        later, so it is remembered only while it is fresh. *proved* says that its sender signed it:
        all others are counted beyond a rate (:class:`~idp.audit.refusal_quota.RefusalQuota`).
        """
        row = self._writer.row(Event.TOKEN_NOT_ISSUED, source, trust=issuer, outcome=code)
        is_first = self._sign_ins.finish(
            request=(issuer, request_id),
            request_expires_at=self._clock.now() + self._longest_freshness,
            log=row if proved or self._writer.stores_refusal(row) else None,
        )
        if is_first:
            self._writer.write_line(row)
        return is_first

    def refused_on_page(self, refused: Refused, source: EventSource) -> None:
        """Record a request that was refused with an error page, unless it is recorded already."""
        if not refused.is_logged:
            self._writer.refused(
                event_of_refusal(refused.code),
                source,
                trust=refused.trust,
                code=refused.code,
                problem=refused.problem,
            )

    def failed(self, error: TallystickError, source: EventSource) -> None:
        """Record a request that failed because of the server itself; its page shows MSIS7012."""
        self._writer.refused(
            Event.REQUEST_FAILED,
            source,
            trust="",
            code="MSIS7012",
            problem=f"{error.code}: {error.problem}",
        )

    def not_issued(
        self,
        pending: PendingSignIn,
        user: str,
        outcome: str,
        source: EventSource,
        why: Explanation = NOTHING_TO_EXPLAIN,
    ) -> None:
        """Record a sign-in that ended, or stopped for now, without a token."""
        self._writer.write(
            self._writer.row(
                Event.TOKEN_NOT_ISSUED,
                source,
                user=user,
                trust=pending.entity_id or "",
                outcome=outcome,
                why=why,
            )
        )

    def not_issued_once(
        self,
        pending: PendingSignIn,
        user: str,
        context_id: str,
        source: EventSource,
        why: Explanation,
    ) -> bool:
        """Record what became of one request on the phone, however often its page is posted.

        Returns whether this was the first time.
        """
        key = f"{context_id}:{why.attempt}:{why.outcome}"
        is_first = self._once.claim(OUTCOME_LOGGED, key, self._forgotten_at())
        if is_first:
            self.not_issued(pending, user, why.outcome, source, why)
        return is_first

    def denied(
        self,
        pending: PendingSignIn,
        user: str,
        policy: str,
        source: EventSource,
        why: Explanation,
    ) -> None:
        """Record that a user who has signed in has no access to the trust."""
        self.not_issued(pending, user, "MSIS5007", source, why)
        self._verbose.write(
            Event.AUTHORIZATION_REFUSED,
            source.activity_id,
            user=user,
            trust=pending.entity_id or "",
            policy=policy,
        )

    def end_second_factor(self, context_id: str) -> bool:
        """Use up a second factor, whose pages could be kept and posted again.

        Returns False if it was used up before.
        """
        return self._once.claim(SECOND_FACTOR, context_id, self._forgotten_at())

    def has_ended(self, context_id: str) -> bool:
        """Say whether a second factor was used up."""
        return self._once.is_used(SECOND_FACTOR, context_id)

    def has_just_ended(self, context_id: str) -> bool:
        """Say whether a second factor was used up by a post of just before: Enter pressed twice."""
        expires_at = self._once.expires_at(SECOND_FACTOR, context_id)
        return expires_at is not None and self._forgotten_at() - expires_at < JUST_NOW

    def _forgotten_at(self) -> datetime:
        return self._clock.now() + self._remembered_for


def to_remember(
    session: Session,
    authenticated: AuthenticatedUser,
    destination: SamlDestination,
    assertion: Assertion,
    lasts_until: datetime,
) -> Issued:
    """Return what is remembered of an assertion for the log-out of *session*."""
    return Issued(
        session=session.root,
        user=authenticated.user.upn,
        trust=destination.entity_id,
        name_id=assertion.name_id,
        session_index=assertion.session_index,
        expires_at=lasts_until + LONGER_THAN_SESSION,
    )
