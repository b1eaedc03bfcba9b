"""The pages that ask for a password: the log-in page, and the one for a new password."""

from __future__ import annotations

from typing import Any

from adapter.clock import Clock
from adapter.mfa.policy_store import UnreadablePolicies
from adapter.mfa.service import MfaService
from idp.config.schema import Config
from idp.saml.contexts import FIDO, PASSWORD_PROTECTED_TRANSPORT, RequiredFactors
from idp.session.seal import Seal
from idp.signin import pages, paths
from idp.signin.assertion import required_factors
from idp.signin.browser_request import BrowserRequest
from idp.signin.pending import PendingSignIn
from idp.signin.steps import primary_methods
from idp.web.answer import Answer


class LogInPages:
    """The pages of one server; each has the sealed sign-in, which goes on when it is posted."""

    def __init__(self, config: Config, seal: Seal, clock: Clock, mfa: MfaService) -> None:
        self._config = config
        self._seal = seal
        self._clock = clock
        self._mfa = mfa
        self._offered = primary_methods(passkeys=mfa.passkeys.is_offered)

    def required(self, pending: PendingSignIn, request: BrowserRequest) -> RequiredFactors:
        """Return which factors the sign-in requires, of those that the log-in page offers.

        Raises :class:`~idp.saml.refusal.Refused`.
        """
        trust = request.load_facts(pending.entity_id).trust
        return required_factors(
            pending.destination, trust, request.announces, primary=self._offered
        )

    def log_in(
        self,
        pending: PendingSignIn,
        request: BrowserRequest,
        *,
        required: RequiredFactors | None = None,
        username: str = "",
        error: str = "",
    ) -> Answer:
        """Return the log-in page, with what was typed and what was wrong with it.

        *required* is what :meth:`required` has returned for the request, if it was asked before.
        It offers a passkey unless the request asks for a password, or passkeys are switched off.
        The browser's answer is good for this sign-in alone (:func:`passkey_attempt`).
        """
        methods = (required or self.required(pending, request)).answers
        if PASSWORD_PROTECTED_TRANSPORT not in methods:
            error = error or pages.ONLY_PASSKEY
        return pages.log_in_page(
            request.address,
            saml_session=pending.seal(self._seal, self._clock.now()),
            application=_application(pending, request),
            username=username[: pages.MAX_NAME_LENGTH],
            error=error,
            offers_kmsi=self._config.sign_in.keep_me_signed_in,
            passkey=self._passkey_options(pending) if FIDO in methods else None,
            offers_reset=self._config.sign_in.password_reset,
        )

    def change_password(self, pending: PendingSignIn, request: BrowserRequest) -> Answer:
        """Let the user choose another password here, if the configuration allows it."""
        fields = request.web.form
        name = fields.get("UserName", "")
        if not self._config.sign_in.password_change:
            return self.log_in(pending, request, username=name, error=pages.MUST_CHANGE_PASSWORD)
        return pages.change_password_page(
            action=f"{self._config.server.base_url}{paths.UPDATE_PASSWORD}",
            saml_session=pending.seal(self._seal, self._clock.now()),
            username=name[: pages.MAX_NAME_LENGTH],
            wants_kmsi=pages.wants_kmsi(fields),
        )

    def _passkey_options(self, pending: PendingSignIn) -> dict[str, Any] | None:
        """Return what the browser needs to use a passkey, None if the policy switches them off.

        Whether the user may use one is asked when it is known who the user is.
        """
        try:
            is_on = self._mfa.policies.read().policies.passkeys.is_enabled
        except UnreadablePolicies:
            return None
        if not is_on:
            return None
        return self._mfa.passkeys.authentication_options(attempt=passkey_attempt(pending))


def passkey_attempt(pending: PendingSignIn) -> str:
    """Return what a passkey's challenge is bound to: this sign-in, since it was received.

    So a signature from before a request with ``ForceAuthn`` is no answer to it.
    """
    return f"{pending.activity_id} {pending.received_at.timestamp()}"


def _application(pending: PendingSignIn, request: BrowserRequest) -> str:
    """Return the name of the application, empty if the sign-in leads to a page of our own."""
    trust = request.load_facts(pending.entity_id).trust if pending.entity_id else None
    return trust.display_name if trust else ""
