"""The Entra MFA adapter: a number to match, Approve/Deny or a code, decided once at the start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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
    ProofData,
)
from adapter.entra_mfa import page
from adapter.errors import TallystickError
from adapter.mfa.codes.factor import CodeFactor
from adapter.mfa.push.factor import PushFactor
from adapter.mfa.service import MfaService
from adapter.mfa.verification.first_step import Undecided
from adapter.mfa.verification.state import Verification
from adapter.mfa.verification.verifier import (
    AUTHENTICATION_METHODS,
    OTP,
    PHONE_APP_NOTIFICATION,
    Asker,
    Verifier,
)
from adapter.texts import LANGUAGES, in_all_languages

METHODS = (PushFactor.kind, CodeFactor.kind)
"""The kinds of registered methods that this adapter can ask for."""

METADATA = AdapterMetadata(
    admin_name="Microsoft Entra multifactor authentication",
    authentication_methods=(PHONE_APP_NOTIFICATION, OTP),
    identity_claims=(UPN,),
    available_lcids=tuple(LANGUAGES),
    friendly_names=in_all_languages(page.NAME),
    descriptions=in_all_languages(page.DESCRIPTION),
)


class AzureMfaAuthentication:
    """The adapter. What it keeps in ``context.data`` is a ``Verification``."""

    metadata = METADATA

    def use_mfa_service(self, service: MfaService) -> None:
        """Take the MFA service, which knows the user's phones, requests and codes."""
        self._service = service
        self._verifier = Verifier(service, "adfs", host_ends=True)

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
        asker = _asker(request, context)
        if context.data:
            decided = Verification.from_data(context.data)
            return self._show(self._verifier.begin_again(decided, asker), context)
        with _explaining(request, context):
            begun = self._verifier.begin(identity_claim.value, asker)
        return self._show(begun, context)

    def try_end_authentication(
        self, context: AuthenticationContext, proof: ProofData, request: HttpRequest
    ) -> tuple[Claim, ...] | AdapterPresentation:
        """Judge one post: a button, a code, or the script's question for the phone's answer."""
        before = Verification.from_data(context.data)
        with _explaining(request, context):
            judged = self._verifier.judge(before, proof.properties, _asker(request, context))
        if judged.passed_by is not None:
            judged.state.store(context.data)
            return (Claim(AUTHENTICATION_METHOD, AUTHENTICATION_METHODS[judged.passed_by]),)
        return self._show(
            judged.state, context, answered=judged.is_answered, left=judged.seconds_left
        )

    def on_error(
        self, request: HttpRequest, error: ExternalAuthenticationException
    ) -> AdapterPresentation | None:
        """Leave the page to the host, since the user can do nothing about the error."""
        return None

    def explain(self, context: AuthenticationContext) -> Explanation:
        """Return what was decided and its outcome, for the sign-in log."""
        return Verification.from_data(context.data).explanation

    def _show(
        self,
        state: Verification,
        context: AuthenticationContext,
        *,
        answered: bool = False,
        left: int | None = None,
    ) -> AdapterPresentation:
        """Return the page of *state*; *left* are the seconds to answer, if somebody has looked."""
        state.store(context.data)
        if not state.is_waiting or answered:
            left = 0
        elif left is None:
            left = self._service.push.seconds_left(state.challenge)
        is_broker = state.shows_number and self._service.push.has_broker_device(state.user)
        return page.VerificationPage(state, answered, left, is_broker)


def _asker(request: HttpRequest, context: AuthenticationContext) -> Asker:
    return Asker(
        request.application,
        request.client_ip,
        context.context_id,
        request.node_build,
        on_decision=lambda decision: context.trace.extend(map(str, decision.rules)),
    )


@contextmanager
def _explaining(request: HttpRequest, context: AuthenticationContext) -> Iterator[None]:
    """Name the node whose build tells too little to decide."""
    try:
        yield
    except Undecided as undecided:
        message = f"The build of node {request.node_name} tells too little: {undecided.code}"
        raise ExternalAuthenticationException(message, context) from None
