"""The first proof of a sign-in: a password, or a passkey, which proves both factors at once."""

from __future__ import annotations

from adapter.mfa.passkeys.passkey import PasskeyRefused
from adapter.mfa.policy import PASSKEY
from adapter.mfa.policy_store import UnreadablePolicies
from adapter.mfa.protection.block import BLOCKED
from idp.audit.writer import BY_PASSKEY, AuditWriter
from idp.directory import User
from idp.saml.contexts import FIDO, PASSWORD_PROTECTED_TRANSPORT
from idp.services import Services
from idp.session.sso import Proof, Session, start_session
from idp.signin import pages, recorded
from idp.signin.browser_request import BrowserRequest
from idp.signin.flow import SignInFlow
from idp.signin.log_in_pages import LogInPages, passkey_attempt
from idp.signin.pending import PendingSignIn
from idp.signin.sign_in_step import SignInStep
from idp.web.answer import Answer


class FirstProof:
    """Takes what is posted from the log-in page of one node; every failure looks alike."""

    def __init__(
        self, services: Services, flow: SignInFlow, log_in_pages: LogInPages, writer: AuditWriter
    ) -> None:
        self._services = services
        self._flow = flow
        self._pages = log_in_pages
        self._writer = writer

    def password(self, step: SignInStep) -> Answer:
        """Take user name and password."""
        pending, request, fields = step.pending, step.request, step.request.web.form
        name, password = fields.get("UserName", ""), fields.get("Password", "")
        check = self._services.directory.check_password(name, password, request.password_origin)
        recorded.password(step, check)
        self._writer.password_checked(check, step.source, trust=pending.entity_id or "")
        if check.failure == "must_change_password":
            return self._pages.change_password(pending, request)
        if check.user is None:
            return self._pages.log_in(pending, request, username=name, error=pages.WRONG_PASSWORD)
        return self.password_given(pending, check.user, request)

    def password_given(self, pending: PendingSignIn, user: User, request: BrowserRequest) -> Answer:
        """Start the session of *user*, who has just given the right password."""
        proof = Proof(PASSWORD_PROTECTED_TRANSPORT, self._services.clock.now())
        session = self._session(pending, user, request, proof)
        if not self._flow.admits(session, pending, request):
            # Meanwhile locked: that looks as if the password were wrong.
            name = request.web.form.get("UserName", "")
            return self._pages.log_in(pending, request, username=name, error=pages.WRONG_PASSWORD)
        return self._flow.begin(session, pending, request)

    def passkey(self, step: SignInStep) -> Answer:
        """Take what the browser made of a passkey, and start the session of its owner.

        Nothing is counted against the account: nobody guesses a signature. A lock-out by wrong
        passwords holds here too, and a passkey does not end it.
        """
        pending, request = step.pending, step.request
        answer, attempt = request.web.form["Passkey"], passkey_attempt(pending)
        try:
            passkey = self._services.mfa.passkeys.authenticate(answer, attempt=attempt)
        except PasskeyRefused as refused:
            return self._passkey_refused(step, refused.user, refused.code, refused.problem)
        user = self._services.directory.find(passkey.user)
        failure = self._why_refused(user)
        if user is None or failure:
            return self._passkey_refused(step, passkey.user, failure)
        proof = Proof(FIDO, self._services.clock.now())
        session = self._session(pending, user, request, proof, proof)
        if not self._flow.admits(session, pending, request):
            return self._passkey_refused(step, user.upn, "locked")
        self._writer.passkey_checked(step.source, trust=pending.entity_id or "", user=user.upn)
        recorded.passkey(step, user.upn)
        return self._flow.begin(session, pending, request, BY_PASSKEY)

    def _why_refused(self, user: User | None) -> str:
        """Return why *user*, who has proved a passkey, may not sign in with it; empty if so."""
        if user is None:
            return "unknown_user"
        if user.disabled:
            return "disabled"
        if user.must_change:
            return "must_change_password"
        try:
            permissions = self._services.mfa.permissions_of(user.upn)
        except UnreadablePolicies as error:
            return error.code
        if permissions.is_blocked:
            return BLOCKED
        return "" if permissions.by_method[PASSKEY].is_allowed else "passkey_not_allowed"

    def _passkey_refused(
        self, step: SignInStep, user: str, failure: str, detail: str = ""
    ) -> Answer:
        """Log the *failure*, a code, and show the page again."""
        pending, trust = step.pending, step.pending.entity_id or ""
        self._writer.passkey_checked(
            step.source, trust=trust, user=user, failure=failure, detail=detail
        )
        recorded.passkey(step, user, failure)
        must_change = failure == "must_change_password"
        error = pages.MUST_USE_PASSWORD if must_change else pages.PASSKEY_REFUSED
        return self._pages.log_in(pending, step.request, error=error)

    def _session(
        self,
        pending: PendingSignIn,
        user: User,
        request: BrowserRequest,
        primary: Proof,
        second: Proof | None = None,
    ) -> Session:
        offers_kmsi = self._services.config.sign_in.keep_me_signed_in
        kept = offers_kmsi and pages.wants_kmsi(request.web.form)
        before = request.load_facts(pending.entity_id).session
        return start_session(user.upn, primary, second, kept=kept, previous=before)
