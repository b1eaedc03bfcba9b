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
from adapter.mfa.service import MfaService
from adapter.mfa.verification.first_step import Undecided
from adapter.mfa.verification.state import Verification
from adapter.mfa.verification.verifier import (
    AUTHENTICATION_METHODS,
    OTP,
    PHONE_APP_NOTIFICATION,
    Asker,
    Judged,
    Verifier,
)
from adapter.texts import LANGUAGES, in_all_languages

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
        return self._service.can_be_asked(identity_claim.value)

    def begin_authentication(
        self, identity_claim: Claim, request: HttpRequest, context: AuthenticationContext
    ) -> AdapterPresentation:
        """Decide by the build of the node that answers, and send a push if one is due.

        For a user who comes back from another adapter, the first decision stays.
        """
        user, asker = identity_claim.value, _asker(request, context)
        has_broker = self._service.push.has_broker_device(user)  # the devices are read already
        if context.data:
            decided = Verification.from_data(context.data)
            begun = self._verifier.begin_again(decided, asker)
        else:
            with _explaining(request, context):
                begun = self._verifier.begin(user, asker)
        return _page(begun, context, is_broker=has_broker and begun.state.shows_number)

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
        shows_number = judged.state.shows_number
        has_broker = shows_number and self._service.push.has_broker_device(before.user)
        return _page(judged, context, is_broker=has_broker)

    def on_error(
        self, request: HttpRequest, error: ExternalAuthenticationException
    ) -> AdapterPresentation | None:
        """Leave the page to the host, since the user can do nothing about the error."""
        return None

    def explain(self, context: AuthenticationContext) -> Explanation:
        """Return what was decided and its outcome, for the sign-in log."""
        return Verification.from_data(context.data).explanation


def _page(
    judged: Judged, context: AuthenticationContext, *, is_broker: bool
) -> page.VerificationPage:
    """Return the page of a verification, and keep its state."""
    judged.state.store(context.data)
    return page.VerificationPage(judged.state, judged.is_answered, judged.seconds_left, is_broker)


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
