"""MFA Server's adapter: the post of its page hangs until the phone has approved or denied."""

from __future__ import annotations

from dataclasses import replace

from adapter.contract import (
    AUTHENTICATION_METHOD,
    UPN,
    AdapterMetadata,
    AdapterPresentation,
    AuthenticationContext,
    AuthenticationMethodConfigData,
    Claim,
    Explanation,
    ExternalAuthenticationException,
    HttpRequest,
    NoWaitingPlace,
    ProofData,
    WaitingPlace,
    WaitingPlaces,
)
from adapter.decision import decide
from adapter.mfa.push.challenge import TIME_TO_ANSWER, State
from adapter.mfa.push.factor import PushFactor
from adapter.mfa.push.pauses import PushPaused
from adapter.mfa.service import MfaService
from adapter.mfa.verification.state import PUSH_NOT_ENABLED
from adapter.mfa.verification.verifier import FAILURES
from adapter.mfa_server import page
from adapter.mfa_server.configuration import check_configuration
from adapter.mfa_server.state import ServerSignIn
from adapter.texts import LANGUAGES, in_all_languages

PHONE_APP_NOTIFICATION = "http://schemas.microsoft.com/ws/2012/12/authmethod/phoneappnotification"

WAIT_SECONDS = TIME_TO_ANSWER.total_seconds() + 2
"""How long a post hangs at most: a little longer than a request lives, so that it has ended."""

METADATA = AdapterMetadata(
    admin_name="Azure Multi-Factor Authentication Server (ended by Microsoft on 2024-09-30)",
    authentication_methods=(PHONE_APP_NOTIFICATION,),
    identity_claims=(UPN,),
    available_lcids=tuple(LANGUAGES),
    friendly_names=in_all_languages(page.NAME),
    descriptions=in_all_languages(page.DESCRIPTION),
)


class AzureMfaServerAuthentication:
    """The adapter. It keeps a :class:`~adapter.mfa_server.state.ServerSignIn` in the context."""

    metadata = METADATA

    def use_mfa_service(self, service: MfaService) -> None:
        """Take the MFA service, which knows the user's phones and requests."""
        self._service = service

    def use_waiting_places(self, places: WaitingPlaces) -> None:
        """Take the places in which posts hang."""
        self._places = places

    def on_authentication_pipeline_load(self, config: AuthenticationMethodConfigData) -> None:
        """Read ``MultiFactorAuthenticationAdfsAdapter.config``, if there is one."""
        check_configuration(config.data)

    def on_authentication_pipeline_unload(self) -> None:
        """Release nothing, since nothing was taken."""

    def is_available_for_user(self, identity_claim: Claim, context: AuthenticationContext) -> bool:
        """Say whether the user has a phone, of whatever age, or a wearable."""
        return self._service.methods_of(identity_claim.value).has(PushFactor.kind)

    def begin_authentication(
        self, identity_claim: Claim, request: HttpRequest, context: AuthenticationContext
    ) -> AdapterPresentation:
        """Decide what a request shows; the first post sends it.

        A user who comes back from another adapter goes on where the sign-in was.
        """
        if context.data:
            return self._show(ServerSignIn.from_data(context.data), context)
        return self._show(self._decide(identity_claim.value, context), context)

    def try_end_authentication(
        self, context: AuthenticationContext, proof: ProofData, request: HttpRequest
    ) -> tuple[Claim, ...] | AdapterPresentation:
        """Send the request of this round, unless it was sent, and hang until it has ended."""
        sign_in = ServerSignIn.from_data(context.data)
        if proof.properties.get("TryAgain") == "1":
            sign_in = self._begin_round(sign_in, context)
        if sign_in.outcome:
            return self._show(sign_in, context)
        sign_in = self._ask_phone(sign_in, request, context)
        if sign_in.outcome == "approved":
            sign_in.store(context.data)
            return (Claim(AUTHENTICATION_METHOD, PHONE_APP_NOTIFICATION),)
        return self._show(sign_in, context)

    def on_error(
        self, request: HttpRequest, error: ExternalAuthenticationException
    ) -> AdapterPresentation | None:
        """Leave the page to the host, since the user can do nothing about the error."""
        return None

    def explain(self, context: AuthenticationContext) -> Explanation:
        """Return what was decided and its outcome, for the sign-in log."""
        return ServerSignIn.from_data(context.data).explanation

    def _decide(self, user: str, context: AuthenticationContext) -> ServerSignIn:
        """Decide what a request shows: never a number, whatever the node and the phone."""
        device = self._service.push.best_device(user)
        decision = decide(
            scenario="mfa_server",
            push_policy=self._service.permissions_of(user).push_policy,
            requested_method="push",
            device=device.kind if device else "phone-current",
        )
        context.trace.extend(map(str, decision.rules))
        sign_in = ServerSignIn(user, decision.experience or "", decision.reason)
        return sign_in if sign_in.may_push else sign_in.ended(decision.reason)

    def _begin_round(self, sign_in: ServerSignIn, context: AuthenticationContext) -> ServerSignIn:
        """Begin the next round; decide anew if no request was possible before."""
        if sign_in.may_push:
            return sign_in.next_round()
        return replace(self._decide(sign_in.user, context), round=sign_in.round + 1)

    def _ask_phone(
        self, sign_in: ServerSignIn, request: HttpRequest, context: AuthenticationContext
    ) -> ServerSignIn:
        """Ask in a waiting place; without one no request is sent."""
        if not self._may_push(sign_in.user):
            return sign_in.ended(PUSH_NOT_ENABLED)
        places, client = self._places, request.client_ip
        try:
            with places.place(sign_in.user, sign_in=context.context_id, client=client) as place:
                return self._ask_in(place, sign_in, request, context)
        except NoWaitingPlace:
            return sign_in.ended(page.NO_PLACE)
        except PushPaused as paused:
            return sign_in.ended(paused.code)

    def _ask_in(
        self,
        place: WaitingPlace,
        sign_in: ServerSignIn,
        request: HttpRequest,
        context: AuthenticationContext,
    ) -> ServerSignIn:
        push, user = self._service.push, sign_in.user
        sent = push.start(
            user,
            sign_in.experience,
            application=request.application,
            client_ip=request.client_ip,
            attempt=f"mfa-server:{context.context_id}:{sign_in.round}",
            once=True,
        ).challenge

        def ended() -> State | None:
            state = push.state(sent.id, user)
            return None if state is State.PENDING else state

        state = place.until(ended, WAIT_SECONDS)
        if state is None:
            return sign_in.unanswered()
        if state is State.APPROVED and not self._may_push(user):
            return sign_in.ended(PUSH_NOT_ENABLED)
        if state is State.APPROVED and push.collect(sent.id, user):
            return sign_in.ended("approved")
        return sign_in.ended(self._failure(sent.id, push.state(sent.id, user)))

    def _failure(self, challenge_id: str, state: State) -> str:
        if state is State.DENIED and self._service.push.is_reported(challenge_id):
            return "denied_and_reported"
        return FAILURES[state]

    def _may_push(self, user: str) -> bool:
        return self._service.permissions_of(user).push_policy != "none"

    def _show(self, sign_in: ServerSignIn, context: AuthenticationContext) -> page.ServerPage:
        sign_in.store(context.data)
        return page.ServerPage(sign_in)
