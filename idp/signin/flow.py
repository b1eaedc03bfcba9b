"""The sign-in as a dispatcher: look at where it stands, take one step, show the next page.

Steps never call steps: each ends by asking :meth:`SignInFlow.proceed` what comes next.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Response

from adapter.contract import Explanation
from idp.directory import User
from idp.federation.authenticated_user import AuthenticatedUser
from idp.saml.bindings import post_fields
from idp.saml.contexts import PASSWORD_PROTECTED_TRANSPORT, RequiredFactors
from idp.saml.refusal import Refused
from idp.services import Services
from idp.session.cookie import SessionCookie
from idp.session.participants import Issued
from idp.session.seal import SealBroken
from idp.session.sso import Proof, Session, start_session
from idp.signin import context as contexts
from idp.signin import errors, pages, paths
from idp.signin.assertion import (
    Issuer,
    build_response,
    required_factors,
)
from idp.signin.audit_log import NOTHING_TO_EXPLAIN, Recorder
from idp.signin.browser_request import BrowserRequest
from idp.signin.context import SecondFactorContext
from idp.signin.pending import PendingSignIn
from idp.signin.second_factor import Choose, Failed, Outcome, Passed, SecondFactor, ShowPage
from idp.signin.sign_in_facts import SignInFacts, load_facts
from idp.signin.steps import Needs, Step, needs_of
from idp.signin.verbose_audit import Audit
from idp.web.activity import continue_activity
from idp.web.http_status import status_of

OUTLASTS = timedelta(days=1)
"""How much longer than ours a session of a service provider may last and still be ended here."""


class SignInFlow:
    """The steps of a sign-in on one node; each answers one web request."""

    def __init__(
        self,
        services: Services,
        second_factor: SecondFactor,
        recorder: Recorder,
        cookie: SessionCookie,
    ) -> None:
        self._services = services
        self._second_factor = second_factor
        self._recorder = recorder
        self._audit = Audit(services)
        self._cookie = cookie
        self._issuer = Issuer(
            services.config.server.entity_id,
            services.signing_keys,
            services.persistent_names,
            timedelta(minutes=services.config.farm.saml_message_delivery_window),
        )
        self._may_be_kept = services.config.sign_in.keep_me_signed_in
        self._pending_seal = services.sealer.purpose("saml-session")
        self._context_seal = services.sealer.purpose("second-factor-context")

    def proceed(
        self,
        pending: PendingSignIn,
        known: SignInFacts,
        visit: BrowserRequest,
        *,
        context_id: str | None = None,
        why: Explanation = NOTHING_TO_EXPLAIN,
    ) -> Response:
        """Take the sign-in on from where the session in *known* has it.

        ``context_id`` and ``why`` come from a second factor that was passed just now.
        """
        continue_activity(pending.activity_id)
        request = pending.request
        required = required_factors(pending, known.trust, self._second_factor.announces)
        needs = self._needs(pending, known, required)
        proven = known.authenticated_user(needs, visit.request_context)
        access = known.access(proven)
        needs = needs.with_second_factor(access.requires_second_factor)
        match needs.next_step(known.session), proven:
            case Step.COMPLETE, AuthenticatedUser() if not access.is_permitted:
                return self._denied(pending, known, proven, why)
            case Step.COMPLETE, AuthenticatedUser():
                visit.recent_tokens.refuse_loop(pending.entity_id)
                answer = self._issue(pending, known, proven, required, context_id, why)
                return visit.recent_tokens.note(answer, pending.entity_id)
            case Step.SECOND_FACTOR, *_ if context_id is not None:
                raise errors.context_not_met(pending)  # one was passed, but not the one
            case _ if request is not None and request.is_passive:
                raise errors.not_passive(pending)
            case _ if self._is_spent(pending):
                raise errors.answered_already()
            case Step.SECOND_FACTOR, _ if known.user is not None:
                request_for_adapter, user = visit.for_adapter(known), known.user
                begun = self._second_factor.start(
                    pending, user, request_for_adapter, required.method
                )
                return self._show(begun, pending, known, visit)
            case _:
                return self._log_in_page(pending, visit)

    def password(
        self, pending: PendingSignIn, fields: Mapping[str, str], visit: BrowserRequest
    ) -> Response:
        """Take user name and password; every failure looks alike."""
        continue_activity(pending.activity_id)
        name = fields.get("UserName", "")
        node = visit.look(pending.entity_id).node.name
        check = self._services.directory.check_password(
            name, fields.get("Password", ""), visit.origin
        )
        self._recorder.credentials(pending, check, node)
        if check.failure == "must_change_password":
            return self._change_password_page(pending, visit, fields)
        if check.user is None:
            return self._log_in_page(pending, visit, username=name, error=pages.WRONG_PASSWORD)
        return self.password_given(pending, check.user, visit, fields)

    def password_given(
        self, pending: PendingSignIn, user: User, visit: BrowserRequest, fields: Mapping[str, str]
    ) -> Response:
        """Take the sign-in on for *user*, who has given the right password just now in *fields*."""
        kept = self._may_be_kept and pages.wants_kmsi(fields)
        before, now = visit.look(pending.entity_id).session, self._services.clock.now()
        proof = Proof(PASSWORD_PROTECTED_TRANSPORT, now)
        session = start_session(user.upn, proof, kept=kept, previous=before)
        known = self._look_again(pending, session, visit)
        return self._cookie.give(self.proceed(pending, known, visit), session)

    def second_factor(
        self, sealed: str, fields: dict[str, str], session: Session | None, visit: BrowserRequest
    ) -> Response:
        """Take one post of a second-factor page: the adapter judges it, we show the outcome."""
        context = self._open(sealed, session)
        pending = context.pending
        continue_activity(pending.activity_id)
        if self._services.once.is_used("sign-in", context.context_id):
            raise errors.sign_in_ended()
        known = visit.look(pending.entity_id)
        if known.user is None or known.session is None:
            raise errors.sign_in_ended()
        outcome = self._second_factor.post(context, fields, known.user, visit.for_adapter(known))
        if isinstance(outcome, Failed) and outcome.is_final:
            self._recorder.ended(context.context_id)
        if not isinstance(outcome, Passed):
            return self._show(outcome, pending, known, visit)
        return self._passed(context, outcome, known.session, visit)

    def _passed(
        self, context: SecondFactorContext, passed: Passed, session: Session, visit: BrowserRequest
    ) -> Response:
        """Raise the session by one level, and go on with it."""
        proof = Proof(passed.method, self._services.clock.now())
        session = session.with_second_factor(proof)
        known = self._look_again(context.pending, session, visit)
        if known.session is None:
            raise errors.sign_in_ended()
        answer = self.proceed(
            context.pending,
            known,
            visit,
            context_id=context.context_id,
            why=passed.explanation,
        )
        return self._cookie.give(answer, session)

    def _look_again(
        self, pending: PendingSignIn, session: Session, visit: BrowserRequest
    ) -> SignInFacts:
        """Look once more at the last step: an administrator may have been quicker."""
        return load_facts(self._services, pending.entity_id, session, visit.node)

    def _needs(
        self, pending: PendingSignIn, known: SignInFacts, required: RequiredFactors
    ) -> Needs:
        settings, request = known.trust.settings, pending.request
        return needs_of(
            required,
            settings,
            force_authn=request is not None and request.force_authn,
            received_at=pending.received_at,
            now=self._services.clock.now(),
        )

    def _is_spent(self, pending: PendingSignIn) -> bool:
        request = pending.request
        return request is not None and self._services.sign_ins.is_spent(request.issuer, request.id)

    def _open(self, sealed: str, session: Session | None) -> SecondFactorContext:
        """Open a ``Context``: only in the browser session and for the user it was made for."""
        if session is None:
            raise errors.sign_in_ended()
        try:
            context = contexts.unseal(self._context_seal, sealed, session.id)
        except SealBroken:
            raise errors.sign_in_ended() from None
        if context.user != session.user:
            raise errors.sign_in_ended()
        return context

    def _show(
        self, outcome: Outcome, pending: PendingSignIn, known: SignInFacts, visit: BrowserRequest
    ) -> Response:
        match outcome:
            case ShowPage(context, page, why):
                if why.outcome:
                    self._recorder.not_issued_once(
                        pending, context.user, known.node.name, context.context_id, why
                    )
                return pages.second_factor(
                    page,
                    provider=context.provider,
                    context=self._sealed(context, known),
                    action=visit.action,
                    user=context.user,
                    others=self._second_factor.choices(context),
                )
            case Choose(context, choices):
                return pages.choose(
                    choices,
                    context=self._sealed(context, known),
                    action=visit.action,
                    user=context.user,
                )
            case Failed():
                return self._failed(outcome, pending, known)
        raise TypeError(outcome)

    def _failed(self, failed: Failed, pending: PendingSignIn, known: SignInFacts) -> Response:
        """End the sign-in on the adapter's last page, or on ours."""
        if failed.code == "context_not_met":
            raise errors.context_not_met(pending)
        user, node = known.user.upn if known.user else "", known.node.name
        self._recorder.not_issued(pending, user, node, failed.code, failed.explanation)
        if failed.page is not None:
            return pages.last_page(failed.page, failed.provider)
        return self._error(errors.second_factor(failed.code), known)

    def _denied(
        self,
        pending: PendingSignIn,
        known: SignInFacts,
        proven: AuthenticatedUser,
        why: Explanation,
    ) -> Response:
        """End the sign-in of a user who stays signed in, but gets no token for this trust."""
        user, trust = proven.user.upn, known.trust
        by = trust.settings.authorized_by
        self._recorder.denied(pending, user, known.node.name, by, why)
        return self._error(errors.denied(user, trust.display_name), known)

    def _error(self, refused: Refused, known: SignInFacts) -> Response:
        now, status = self._services.clock.now(), status_of(refused)
        return pages.error(refused, status=status, now=now, node=known.node.name)

    def _issue(
        self,
        pending: PendingSignIn,
        known: SignInFacts,
        proven: AuthenticatedUser,
        required: RequiredFactors,
        context_id: str | None,
        why: Explanation,
    ) -> Response:
        """Sign the answer; it leaves only once request, sign-in and log row are committed."""
        now = self._services.clock.now()
        with self._services.signing:
            xml, assertion = build_response(
                pending, known.trust, proven, required=required, issuer=self._issuer, now=now
            )
        session = known.session
        if session is None:
            raise errors.sign_in_ended()
        told = Issued(
            session=session.root,
            user=proven.user.upn,
            trust=pending.entity_id,
            name_id=assertion.name_id,
            session_index=assertion.session_index,
            expires_at=now + self._services.config.sign_in.session_lifetime + OUTLASTS,
        )
        if not self._recorder.issued(pending, known.node.name, why, told, context_id=context_id):
            raise self._why_not(pending, session, known)
        self._audit.issued(assertion, proven)
        return pages.post_form(pending.acs_url, post_fields(xml, pending.relay_state))

    def _why_not(self, pending: PendingSignIn, session: Session, known: SignInFacts) -> Refused:
        now = load_facts(self._services, pending.entity_id, session, known.node.name)
        if now.session is None:
            return errors.sign_in_ended()
        return errors.answered_already()

    def _log_in_page(
        self, pending: PendingSignIn, visit: BrowserRequest, *, username: str = "", error: str = ""
    ) -> Response:
        return pages.log_in(
            action=visit.action,
            saml_session=pending.seal(self._pending_seal, self._services.clock.now()),
            username=username[: pages.MAX_NAME_LENGTH],
            error=error,
            offers_kmsi=self._may_be_kept,
        )

    def _change_password_page(
        self, pending: PendingSignIn, visit: BrowserRequest, fields: Mapping[str, str]
    ) -> Response:
        """Let the user choose another password here, where the configuration allows it."""
        config, name = self._services.config, fields.get("UserName", "")
        if not config.sign_in.password_change:
            return self._log_in_page(
                pending, visit, username=name, error=pages.MUST_CHANGE_PASSWORD
            )
        return pages.change_password(
            action=f"{config.server.base_url}{paths.UPDATE_PASSWORD}",
            saml_session=pending.seal(self._pending_seal, self._services.clock.now()),
            username=name[: pages.MAX_NAME_LENGTH],
            wants_kmsi=pages.wants_kmsi(fields),
        )

    def _sealed(self, context: SecondFactorContext, known: SignInFacts) -> str:
        if known.session is None:
            raise errors.sign_in_ended()
        now = self._services.clock.now()
        return context.seal(self._context_seal, known.session.id, now)
