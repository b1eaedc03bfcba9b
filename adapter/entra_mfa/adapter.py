"""The Entra MFA adapter: a number to match, Approve/Deny or a code, decided once at the start."""

from __future__ import annotations

from dataclasses import replace

from adapter.contract import (
    AUTHENTICATION_METHOD,
    ENGLISH,
    UPN,
    AdapterForm,
    AdapterMetadata,
    AdapterPresentation,
    AuthenticationContext,
    AuthenticationMethodConfigData,
    Claim,
    Explanation,
    ExternalAuthenticationException,
    HttpRequest,
    ProofData,
)
from adapter.decision import decide
from adapter.entra_mfa import page
from adapter.entra_mfa.state import CODE, PUSH, PUSH_NOT_ENABLED, UNAVAILABLE, SignInState
from adapter.errors import TallystickError
from adapter.mfa.codes.factor import CodeFactor, CodeOutcome
from adapter.mfa.push.challenge import APPROVE_DENY, NUMBER_MATCH, State
from adapter.mfa.push.factor import PushFactor
from adapter.mfa.push.pauses import PAUSES, PushPaused
from adapter.mfa.service import MfaService

PHONE_APP_NOTIFICATION = "http://schemas.microsoft.com/ws/2012/12/authmethod/phoneappnotification"
OTP = "http://schemas.microsoft.com/ws/2012/12/authmethod/otp"

METHODS = (PushFactor.kind, CodeFactor.kind)
"""The kinds of registered methods that this adapter can ask for."""

METADATA = AdapterMetadata(
    admin_name="Microsoft Entra multifactor authentication",
    authentication_methods=(PHONE_APP_NOTIFICATION, OTP),
    identity_claims=(UPN,),
    available_lcids=(ENGLISH,),
    friendly_names={ENGLISH: "Microsoft Entra multifactor authentication"},
    descriptions={ENGLISH: "Answer a request in the Authenticator app, or type a code."},
)

FAILURES = {
    # state               outcome in the log
    State.DENIED:       "denied",
    State.WRONG_NUMBER: "wrong_number",
    State.EXPIRED:      "no_answer",
    State.REPLACED:     "replaced",
    State.COLLECTED:    "already_collected",
}  # fmt: skip


class AzureMfaAuthentication:
    """The adapter. It keeps a :class:`~adapter.entra_mfa.state.SignInState` in ``context.data``."""

    metadata = METADATA

    def use_mfa_service(self, service: MfaService) -> None:
        """Take the MFA service, which knows the user's phones, requests and codes."""
        self._service = service

    def on_authentication_pipeline_load(self, config: AuthenticationMethodConfigData) -> None:
        """Refuse a configuration file, since there is nothing to configure."""
        if config.data:
            raise TallystickError(
                "AzureMfaAuthentication takes no configuration file",
                "Register it without one",
                code="adapter_configuration",
            )

    def on_authentication_pipeline_unload(self) -> None:
        """Release nothing, since nothing was taken."""

    def is_available_for_user(self, identity_claim: Claim, context: AuthenticationContext) -> bool:
        """Say whether the user has a phone or a source of codes."""
        return self._service.methods_of(identity_claim.value).has(*METHODS)

    def begin_authentication(
        self, identity_claim: Claim, request: HttpRequest, context: AuthenticationContext
    ) -> AdapterPresentation:
        """Decide by the build of the node that answers, and send a push if one is due.

        For a user who comes back from another adapter, the first decision stays.
        """
        if context.data:
            decided = SignInState.from_data(context.data)
            return self._show(self._begin_again(decided, request), context)
        sign_in = self._decide(identity_claim.value, request, context)
        return self._show(self._push(sign_in, request, context.context_id), context)

    def try_end_authentication(
        self, context: AuthenticationContext, proof: ProofData, request: HttpRequest
    ) -> tuple[Claim, ...] | AdapterPresentation:
        """Judge one post: a button, a code, or the script's question for the phone's answer."""
        sign_in = SignInState.from_data(context.data)
        fields = proof.properties
        if fields.get("Poll") == "1":
            return self._show_state(sign_in, context)
        if fields.get("UseCode") == "1" and sign_in.has_totp:
            return self._show(sign_in.by_code(), context)
        if fields.get("TryAgain") == "1" and sign_in.may_push:
            return self._show(self._push_again(sign_in, request), context)
        if fields.get("TryAgain") == "1" and sign_in.way == PUSH:
            # No push was possible: the user may have upgraded the app, or taken another phone.
            decided = self._decide(sign_in.user, request, context)
            return self._show(self._push(decided, request), context)
        if sign_in.way == CODE:
            return self._try_code(sign_in, fields.get("VerificationCode", ""), context)
        return self._try_push(sign_in, context)

    def on_error(
        self, request: HttpRequest, error: ExternalAuthenticationException
    ) -> AdapterPresentation | None:
        """Leave the page to the host, since the user can do nothing about the error."""
        return None

    def explain(self, context: AuthenticationContext) -> Explanation:
        """Return what was decided and its outcome, for the sign-in log."""
        sign_in = SignInState.from_data(context.data)
        if sign_in.way == CODE:
            reason = sign_in.reason if sign_in.is_code_instead else "method_unchanged"
            return Explanation("totp", reason, sign_in.outcome, sign_in.attempt)
        reason = sign_in.outcome if sign_in.outcome in PAUSES else sign_in.reason
        return Explanation(sign_in.experience, reason, sign_in.outcome, sign_in.attempt)

    def _decide(
        self, user: str, request: HttpRequest, context: AuthenticationContext
    ) -> SignInState:
        """Decide what a push shows, if there is a phone for one, and what is asked for first."""
        device = self._service.push.best_device(user)
        way = self._service.way_of(user)
        decision = decide(
            scenario="adfs",
            host=request.node_build,
            push_policy=way.push_policy,
            requested_method=PUSH if device else "totp",
            device=device.kind if device else "phone-current",
            products_after_table=self._service.products_after_table,
        )
        if decision.experience is None:
            message = f"The build of node {request.node_name} tells too little: {decision.reason}"
            raise ExternalAuthenticationException(message, context)
        sign_in = SignInState(
            user=user,
            experience=decision.experience,
            reason=decision.reason,
            way=CODE if way.asks == CodeFactor.kind else PUSH,
            has_totp=way.may_use_codes,
        )
        if way.asks is None:
            return replace(sign_in, experience=UNAVAILABLE, reason=way.reason)
        is_default = sign_in.way == CODE and not way.reason
        if is_default and not way.may_push:  # a code would be asked for in any case
            return replace(sign_in, reason="method_unchanged")
        return sign_in

    def _begin_again(self, sign_in: SignInState, request: HttpRequest) -> SignInState:
        """Ask once more for what is asked for first."""
        if not sign_in.may_push:
            return self._push(sign_in, request)
        if self._service.way_of(sign_in.user).asks == CodeFactor.kind:
            return sign_in.by_code()
        return self._push_again(sign_in, request)

    def _push_again(self, sign_in: SignInState, request: HttpRequest) -> SignInState:
        """Send a further push, unless the policies have stopped to allow it meanwhile."""
        if not self._may_push(sign_in.user):
            return sign_in.by_push().failed(PUSH_NOT_ENABLED)
        return self._push(sign_in.by_push(), request)

    def _may_push(self, user: str) -> bool:
        return self._service.permissions_of(user).push_policy != "none"

    def _push(self, sign_in: SignInState, request: HttpRequest, attempt: str = "") -> SignInState:
        """Send a push if the decision allows one; else fail with the reason why not.

        One that was already sent for *attempt* is shown instead.
        """
        if sign_in.way == CODE:
            return sign_in
        if sign_in.experience not in (NUMBER_MATCH, APPROVE_DENY):
            return sign_in.failed(sign_in.reason)
        try:
            started = self._service.push.start(
                sign_in.user,
                sign_in.experience,
                application=request.application,
                client_ip=request.client_ip,
                attempt=attempt,
            )
        except PushPaused as paused:
            return sign_in.failed(paused.code)
        return sign_in.waiting_for(started.challenge.id, started.number)

    def _show_state(
        self, sign_in: SignInState, context: AuthenticationContext
    ) -> AdapterPresentation:
        """Show the present state and change nothing; the page's script asks in this way."""
        if not sign_in.awaits_phone:
            return self._show(sign_in, context)
        state = self._service.push.state(sign_in.challenge, sign_in.user)
        if state is State.APPROVED:
            return self._show(sign_in, context, answered=True)
        return self._show(self._after(sign_in, state), context)

    def _try_push(
        self, sign_in: SignInState, context: AuthenticationContext
    ) -> tuple[Claim, ...] | AdapterPresentation:
        """Take the approval if there is one; of several posts at once, only one gets it.

        It is not taken if the policies have stopped to allow push since the request was sent.
        """
        push, user = self._service.push, sign_in.user
        is_approved = sign_in.awaits_phone and push.state(sign_in.challenge, user) is State.APPROVED
        if is_approved and not self._may_push(user):
            return self._show(sign_in.failed(PUSH_NOT_ENABLED), context)
        if is_approved and push.collect(sign_in.challenge, user):
            sign_in.passed("approved").store(context.data)
            return (Claim(AUTHENTICATION_METHOD, PHONE_APP_NOTIFICATION),)
        return self._show_state(sign_in, context)

    def _after(self, sign_in: SignInState, state: State) -> SignInState:
        """Return the sign-in with the outcome of its request."""
        if state is State.PENDING:
            return sign_in
        if state is State.DENIED and self._service.push.is_reported(sign_in.challenge):
            return sign_in.failed("denied_and_reported")
        return sign_in.failed(FAILURES[state])

    def _try_code(
        self, sign_in: SignInState, code: str, context: AuthenticationContext
    ) -> tuple[Claim, ...] | AdapterPresentation:
        if not code:
            return self._show(sign_in, context)
        permissions = self._service.permissions_of(sign_in.user)
        sources = self._service.codes.methods_of(sign_in.user)
        if sources and not any(permissions.of(source).is_allowed for source in sources):
            return self._show(sign_in.failed("code_not_enabled"), context)
        outcome = self._service.codes.check(
            sign_in.user, code, attempt=context.context_id, apps=permissions.code_apps
        )
        if outcome is CodeOutcome.RIGHT:
            sign_in.passed("right_code").store(context.data)
            return (Claim(AUTHENTICATION_METHOD, OTP),)
        return self._show(sign_in.failed(outcome.value), context)

    def _show(
        self, sign_in: SignInState, context: AuthenticationContext, *, answered: bool = False
    ) -> AdapterForm:
        sign_in.store(context.data)
        return page.render(sign_in, answered=answered)
