"""The second factor of ``/account/``: a number to type on the phone, a code, a passkey, a pass."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect
from werkzeug import Response

from adapter.mfa.access_pass.factor import PassOutcome
from adapter.mfa.methods import ACCESS_PASS
from adapter.mfa.passkeys.passkey import PasskeyRefused
from adapter.mfa.verification.state import Verification
from adapter.mfa.verification.verifier import AUTHENTICATION_METHODS, OTP, Asker, Judged, Verifier
from idp.account.frame import APPLICATION, HOME, Frame, Refused, lead_to_sign_in, next_path
from idp.account.outcomes import PasskeyLog, VerificationLog
from idp.account.visitor import Visitor
from idp.saml.contexts import FIDO
from idp.session.seal import SealBroken
from idp.session.sso import Proof, new_session_id
from idp.web.flask_adapter import read_request

if TYPE_CHECKING:
    from idp.services import Services

LIFETIME = timedelta(minutes=15)
"""How long a page of the second factor is valid."""


USED = "account-verification"
"""The kind of what is used once: a verification that was passed, by its id."""


@dataclass(frozen=True, slots=True)
class Step:
    """Where a user is with the second factor, sealed into the page.

    ``id`` names this use of it, ``next`` is the page that it leads to.
    """

    id: str
    next: str
    state: Verification


class VerifyPages:
    """The views of the second factor."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame
        self._verifier = Verifier(services.mfa, "mfa")
        self._seal = services.sealer.purpose("account-verification")
        self._log = VerificationLog(services, frame)
        self._passkey_log = PasskeyLog(services, frame, "security info")

    def show(self) -> Response:
        """Decide what the user is asked for, send the request, and show the page."""
        visitor = self._frame.visitor(read_request())
        if visitor is None:
            return lead_to_sign_in(HOME)
        wanted = next_path(visitor.web.arguments)
        is_due = visitor.web.arguments.get("again") == "1" or not visitor.is_verified
        if not visitor.has_methods or not is_due:
            return redirect(wanted, 303)
        if (asks := self._frame.ask_if_from_elsewhere(visitor)) is not None:
            return asks
        # The same session asks once: a page that is loaded again shows the same request.
        attempt = f"{visitor.session.id}:{wanted}"
        judged = self._verifier.begin(visitor.user.upn, self._asker(visitor, attempt))
        self._log.write(visitor.web, judged, attempt)
        return self._page(visitor, Step(new_session_id(), wanted, judged.state), judged)

    def take(self) -> Response:
        """Judge one post of the page."""
        visitor = self._frame.visitor(read_request())
        if visitor is None:
            return lead_to_sign_in(HOME)
        self._frame.must_be_from_here(visitor)
        step = self._open(visitor)
        if "Passkey" in visitor.web.form and visitor.web.form.get("Poll") != "1":
            return self._take_passkey(visitor, step)
        if visitor.web.form.get("AccessPass"):
            return self._take_access_pass(visitor, step)
        asker = self._asker(visitor, step.id)
        judged = self._verifier.judge(step.state, visitor.web.form, asker)
        self._log.write(visitor.web, judged, step.id)
        after = Step(step.id, step.next, judged.state)
        if judged.passed_by is None:
            return self._page(visitor, after, judged)
        return self._passed(visitor, after, AUTHENTICATION_METHODS[judged.passed_by])

    def _passed(self, visitor: Visitor, step: Step, method: str) -> Response:
        """Give the browser a session with the second factor, once."""
        now = self._services.clock.now()
        if not self._services.once.claim(USED, step.id, now + LIFETIME):
            raise _ended()
        session = visitor.session.with_second_factor(Proof(method, now))
        if not self._frame.is_signed_in(session, visitor.web):
            return lead_to_sign_in(HOME)
        return self._frame.give_session(redirect(step.next, 303), session)

    def _take_passkey(self, visitor: Visitor, step: Step) -> Response:
        """Take a passkey instead of what the page asks for; refused, the page stays as it is."""
        user, answer = visitor.user.upn, visitor.web.form["Passkey"]
        try:
            if not self._services.mfa.may_use_passkeys(user):
                raise PasskeyRefused(
                    "The policies do not let the user use passkeys",
                    "Use another method",
                    code="passkey_not_allowed",
                )
            self._services.mfa.passkeys.authenticate(answer, user, attempt=step.id)
        except PasskeyRefused as refused:
            self._passkey_log.refused(visitor.web, user, refused)
            asker = self._asker(visitor, step.id)
            judged = self._verifier.judge(step.state, {"Poll": "1"}, asker)
            after = Step(step.id, step.next, judged.state)
            return self._page(visitor, after, judged, error_code=refused.code)
        self._passkey_log.passed(visitor.web, user)
        return self._passed(visitor, step, FIDO)

    def _take_access_pass(self, visitor: Visitor, step: Step) -> Response:
        """Take a temporary access pass instead; it proves what a code does."""
        user, text = visitor.user.upn, visitor.web.form["AccessPass"]
        outcome = self._services.mfa.access_passes.check(user, text, attempt=step.id)
        self._log.write_outcome(visitor.web, user, ACCESS_PASS, outcome.value, step.id)
        if outcome is PassOutcome.RIGHT:
            return self._passed(visitor, step, OTP)
        judged = self._verifier.judge(step.state, {"Poll": "1"}, self._asker(visitor, step.id))
        return self._page(visitor, step, judged, error_code=outcome.value)

    def _page(
        self, visitor: Visitor, step: Step, judged: Judged, *, error_code: str = ""
    ) -> Response:
        values = {"id": step.id, "next": step.next, "state": asdict(step.state)}
        context = self._seal.seal(values, bound_to=visitor.session.id, lifetime=LIFETIME)
        mfa, user, options = self._services.mfa, visitor.user.upn, None
        if mfa.may_use_passkeys(user):
            options = mfa.passkeys.authentication_options(user, attempt=step.id)
        fields = visitor.web.form
        asks_pass = fields.get("UsePass") == "1" or "AccessPass" in fields
        return self._frame.page(
            "verify",
            visitor,
            is_broker=step.state.shows_number
            and not asks_pass
            and mfa.push.has_broker_device(user),
            state=step.state,
            has_pass=mfa.methods_of(user).has(ACCESS_PASS),
            asks_pass=asks_pass,
            judged=judged,
            context=context,
            passkey=json.dumps(options) if options else "",
            has_others=mfa.methods_of(user).has(*AUTHENTICATION_METHODS),
            error_code=error_code,
        )

    def _open(self, visitor: Visitor) -> Step:
        sealed = visitor.web.form.get("Context", "")
        try:
            step = self._seal.open_as(_step_from_json, sealed, bound_to=visitor.session.id)
        except SealBroken:
            raise _ended() from None
        if step.state.user != visitor.user.upn:
            raise _ended()
        if self._services.once.is_used(USED, step.id):
            raise _ended()
        return step

    def _asker(self, visitor: Visitor, attempt: str) -> Asker:
        return Asker(APPLICATION, visitor.web.client_ip, attempt)


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add the addresses of the second factor."""
    pages = VerifyPages(services, frame)
    blueprint.add_url_rule("/verify", "verify", pages.show)
    blueprint.add_url_rule("/verify", "take_verification", pages.take, methods=["POST"])


def _step_from_json(values: dict[str, Any]) -> Step:
    return Step(values["id"], values["next"], Verification(**values["state"]))


def _ended() -> Refused:
    return Refused(
        "This page has ended, or was used already",
        "Begin again at security info",
        code="verification_ended",
    )
