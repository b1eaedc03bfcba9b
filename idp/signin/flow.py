"""The sign-in as a dispatcher: looks at where it stands, takes one step, answers with a page.

Steps never call steps: each ends by asking :meth:`SignInFlow.proceed` what comes next.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from adapter.contract import Explanation
from idp.adapters.second_factor import Passed, new_context_id
from idp.audit.verbose import VerboseAudit
from idp.audit.writer import NOTHING_TO_EXPLAIN
from idp.federation.authenticated_user import AuthenticatedUser
from idp.saml.contexts import RequiredFactors
from idp.saml.refusal import Refused, about
from idp.services import Services
from idp.session.cookie import SessionCookie
from idp.session.sso import Proof, Session
from idp.signin import authenticated as authenticated_cookie
from idp.signin import errors, pages, recorded, ways_on
from idp.signin.assertion import Issuer, build_response
from idp.signin.browser_request import BrowserRequest
from idp.signin.continuation import Continuation, ContinuationCookies
from idp.signin.destination import OwnPage, SamlDestination
from idp.signin.interrupts import Interrupts
from idp.signin.log_in_pages import LogInPages
from idp.signin.outcomes import SignInOutcomes, to_remember
from idp.signin.pending import PendingSignIn
from idp.signin.second_factor import SecondFactorSteps
from idp.signin.sending import Responses
from idp.signin.sign_in_facts import SignInFacts, load_facts
from idp.signin.sign_in_step import NONE_PASSED, PassedFactor, SignInStep
from idp.signin.steps import Needs, Step, needs_of
from idp.web.answer import Answer
from idp.web.http_status import status_of

REPEATABLE_FOR = timedelta(seconds=10)
"""How long the same session gets another token for a request, if its user signs in once more.

Whoever presses Enter twice sends the password twice, and the browser drops the first answer.
"""


class SignInFlow:
    """The steps of a sign-in on one node; each answers one web request."""

    def __init__(
        self,
        services: Services,
        cookie: SessionCookie,
        second_factor: SecondFactorSteps,
        outcomes: SignInOutcomes,
        log_in_pages: LogInPages,
        verbose: VerboseAudit,
        responses: Responses,
    ) -> None:
        self._services = services
        self._cookie = cookie
        self._second_factor = second_factor
        self._outcomes = outcomes
        self._pages = log_in_pages
        self._verbose = verbose
        self._responses = responses
        self._issuer = Issuer(
            services.config.server.entity_id,
            services.signing_keys,
            services.persistent_names,
            timedelta(minutes=services.config.farm.saml_message_delivery_window),
        )
        self._session_lifetime = services.config.sign_in.session_lifetime
        self._interrupts = Interrupts(services.mfa, cookie)
        self._is_secure = services.config.server.is_secure
        self._continuations = ContinuationCookies(
            services.sealer.purpose("sign-in-continuation"), is_secure=self._is_secure
        )

    def proceed(self, step: SignInStep, factor: PassedFactor = NONE_PASSED) -> Answer:
        """Go on with the sign-in from where its session stands.

        *factor* is the second factor that was passed just before.
        """
        pending, facts, request = step.pending, step.facts, step.pending.request
        required = self._pages.required(pending, step.request)
        needs = self._needs(step, required)
        authenticated = facts.authenticated_user(needs, step.request.request_context)
        access = facts.access(authenticated)
        if not pending.asks_for_factor_later:
            needs = needs.with_second_factor(access.requires_second_factor)
        following = needs.next_step(facts.session)
        recorded.decided(step, needs, access, following)
        match following, authenticated:
            case Step.COMPLETE, AuthenticatedUser() if not access.is_permitted:
                answer = self._deny(step, authenticated.user.upn, factor)
                return self._continuations.end(answer, step.request)
            case Step.COMPLETE, AuthenticatedUser() if self._interrupts.is_due(step):
                return self._interrupts.lead_away(step)
            case Step.COMPLETE, AuthenticatedUser():
                answer = self._complete(step, authenticated, required, factor)
                return self._continuations.end(self._interrupts.passed(answer, step), step.request)
            case Step.SECOND_FACTOR, *_ if factor.context_id is not None:
                # One was passed, but not the one that the request requires.
                raise errors.context_not_met(pending.destination)
            case _ if request is not None and request.is_passive:
                raise errors.not_passive(pending.destination)
            case _:
                return self._ask(step, following, required)

    def admits(self, session: Session, pending: PendingSignIn, request: BrowserRequest) -> bool:
        """Say whether *session* may begin: its user may be disabled or locked meanwhile."""
        return self._facts_with(session, pending, request).session is not None

    def begin(
        self,
        session: Session,
        pending: PendingSignIn,
        request: BrowserRequest,
        why: Explanation = NOTHING_TO_EXPLAIN,
    ) -> Answer:
        """Go on with *session*, which the first proof has just begun; *why* is for the log."""
        before = request.load_facts(pending.entity_id).session
        session = replace(session, interrupt_due=self._services.mfa.may_interrupt())
        at, factor_id = session.authenticated_at, new_context_id()
        earlier = self._continuations.read(request)
        if earlier is not None and self._is_recent(earlier.proved_at):
            factor_id = earlier.factor_id_of(pending, before, session.user) or factor_id
        factor = PassedFactor(why=why)
        continuation = Continuation(pending, session.id, at, factor, factor_id)
        return self._redirect(continuation, session, request)

    def second_factor(self, request: BrowserRequest) -> Answer:
        """Take one post of a second-factor page: the adapter judges it, we show the outcome."""
        context = self._second_factor.open(request.web.form["Context"], request.session)
        if context is None:
            has_passed = self._continuations.has_passed(request, self._is_recent)
            raise errors.sign_in_ended(request.address.absolute if has_passed else "")
        pending, progress = context.pending, context.progress
        request.activity.continue_as(pending.activity_id)
        self._second_factor.must_be_open(progress.context_id, request)
        facts = request.load_facts(pending.entity_id)
        if facts.user is None or facts.session is None:
            raise errors.session_ended()
        step = SignInStep(pending, facts, request)
        outcome = self._second_factor.post(step, progress, facts.user)
        if not isinstance(outcome, Passed):
            return outcome
        recorded.factor_passed(step, progress.provider, outcome)
        if not self._outcomes.end_second_factor(progress.context_id):
            raise self._second_factor.ended(progress.context_id, request)
        proof = Proof(outcome.method, self._services.clock.now())
        session = facts.session.with_second_factor(proof)
        if not self.admits(session, pending, request):
            raise errors.session_ended()
        factor = PassedFactor(progress.context_id, outcome.explanation)
        continuation = Continuation(pending, session.id, session.authenticated_at, factor)
        return self._redirect(continuation, session, request)

    def continued(self, request: BrowserRequest) -> Answer | None:
        """Go on after the redirect that a right password or a passed factor was answered with.

        Returns None if this request does not follow such a redirect.
        """
        continuation = self._continuations.read(request)
        if continuation is None:
            return None
        pending = continuation.pending
        request.activity.continue_as(pending.activity_id)
        with about(pending.entity_id):
            facts = request.load_facts(pending.entity_id)
            step = self._step_after(continuation, facts, request)
            if facts.session is None:
                return self.proceed(step)
            answer = self.proceed(step, continuation.factor_of(facts.session.id))
        cookie = authenticated_cookie.set_header(facts.session, is_secure=self._is_secure)
        return answer.with_header("Set-Cookie", cookie)

    def _redirect(
        self, continuation: Continuation, session: Session, request: BrowserRequest
    ) -> Answer:
        """Redirect to the next step, as AD FS does; the cookie of *session* goes with it."""
        answer = self._continuations.redirect(request, continuation)
        if answer is None:  # too large for a cookie: the next step is the answer
            facts = self._facts_with(session, continuation.pending, request)
            step = self._step_after(continuation, facts, request)
            answer = self.proceed(step, continuation.factor)
        return answer.with_header("Set-Cookie", self._cookie.set_header(session))

    def _step_after(
        self, continuation: Continuation, facts: SignInFacts, request: BrowserRequest
    ) -> SignInStep:
        proved_at = continuation.proved_at
        factor_id = continuation.factor_id if self._is_recent(proved_at) else None
        return SignInStep(continuation.pending, facts, request, proved_at, factor_id)

    def _is_recent(self, at: datetime) -> bool:
        return abs(self._services.clock.now() - at) < REPEATABLE_FOR

    def _facts_with(
        self, session: Session, pending: PendingSignIn, request: BrowserRequest
    ) -> SignInFacts:
        """Load the facts once more, with a new session: an administrator may have been quicker."""
        node, where = request.chosen_node, request.request_context
        return load_facts(self._services, pending.entity_id, session, node, where)

    def _needs(self, step: SignInStep, required: RequiredFactors) -> Needs:
        return needs_of(
            required,
            step.facts.settings,
            force_authn=step.pending.forces_authentication,
            received_at=step.pending.received_at,
            now=self._services.clock.now(),
        )

    def _ask(self, step: SignInStep, following: Step, required: RequiredFactors) -> Answer:
        """Ask for the second factor, or else for the first one, if the request is still open."""
        request, user = step.pending.request, step.facts.user
        spent = (request.issuer, request.id) if request else None
        used_up = self._services.sign_ins.used_up(spent, step.factor_id)
        if used_up.request:
            raise errors.answered_already()
        if following is not Step.SECOND_FACTOR or user is None:
            return self._pages.log_in(step.pending, step.request, required=required)
        if used_up.second_factor:  # the page is loaded again after the end: begin anew
            step = replace(step, factor_id=None)
        return self._second_factor.begin(step, user, required.method)

    def _deny(self, step: SignInStep, user: str, factor: PassedFactor) -> Answer:
        """End the sign-in of a user who stays signed in, but has no access to this trust."""
        trust = step.facts.existing_trust()
        policy = trust.settings.authorized_by
        self._outcomes.denied(step.pending, user, policy, step.source, factor.why)
        refused, now = errors.denied(user, trust.display_name), self._services.clock.now()
        recorded.refused(step.request.activity, refused)
        node, status = step.facts.node.name, status_of(refused)
        back = ways_on.way_back(trust, lists_applications=False)
        return pages.error_page(
            refused, step.request.web, status=status, at=now, node=node, back=back
        )

    def _complete(
        self,
        step: SignInStep,
        authenticated: AuthenticatedUser,
        required: RequiredFactors,
        factor: PassedFactor,
    ) -> Answer:
        """Send the user to where the sign-in leads: with a response, or to a page of our own."""
        match step.pending.destination:
            case OwnPage(path):
                recorded.led_on(step.request.activity, path)
                return Answer(status=303, headers=(("Location", path),))
            case destination:
                return self._issue(step, destination, authenticated, required, factor)

    def _issue(
        self,
        step: SignInStep,
        destination: SamlDestination,
        authenticated: AuthenticatedUser,
        required: RequiredFactors,
        factor: PassedFactor,
    ) -> Answer:
        """Sign the response; it is sent only once request and log row are committed."""
        facts, services, trust = step.facts, self._services, step.facts.existing_trust()
        now, recent_tokens = services.clock.now(), step.request.recent_tokens
        recent_tokens.refuse_loop(destination.entity_id, now)
        with services.signing:
            xml, assertion = build_response(
                destination,
                trust,
                authenticated,
                required=required,
                issuer=self._issuer,
                now=now,
                activity=step.request.activity,
            )
        if (session := facts.session) is None:
            raise errors.sign_in_ended()
        lasts_until = now + self._session_lifetime
        issued = to_remember(session, authenticated, destination, assertion, lasts_until)
        until = now + REPEATABLE_FOR if step.follows_proof(now, REPEATABLE_FOR) else None
        if not self._outcomes.issued(
            step.pending, issued, step.source, factor=factor, repeatable_until=until
        ):
            raise self._why_not_issued(step, session)
        recorded.issued(step.request.activity)
        self._verbose.token_issued(assertion, authenticated, step.request.activity.id)
        page = self._responses.send(step, destination, xml, assertion)
        return recent_tokens.add_token(page, destination.entity_id, now)

    def _why_not_issued(self, step: SignInStep, session: Session) -> Refused:
        facts = self._facts_with(session, step.pending, step.request)
        if facts.session is None:
            return errors.sign_in_ended()
        return errors.answered_already()
