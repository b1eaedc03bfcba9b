"""The second factor of ``/account/``: a number to type on the phone, or a code."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect
from werkzeug import Response

from adapter.mfa.verification.state import Verification
from adapter.mfa.verification.verifier import AUTHENTICATION_METHODS, Asker, Judged, Verifier
from idp.account.frame import HOME, Frame, Refused, lead_to_sign_in, next_path
from idp.account.outcomes import VerificationLog
from idp.account.visitor import Visitor
from idp.session.seal import SealBroken
from idp.session.sso import Proof, new_session_id
from idp.web.flask_adapter import read_request

if TYPE_CHECKING:
    from idp.services import Services

LIFETIME = timedelta(minutes=15)
"""How long a page of the second factor is valid."""


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

    def show(self) -> Response:
        """Decide what the user is asked for, send the request, and show the page."""
        visitor = self._frame.visitor(read_request())
        if visitor is None:
            return lead_to_sign_in(HOME)
        wanted = next_path(visitor.web.arguments)
        is_due = visitor.web.arguments.get("again") == "1" or not visitor.is_verified
        if not visitor.has_methods or not is_due:
            return redirect(wanted, 303)
        # The same session asks once: a page that is loaded again shows the same request.
        attempt = f"{visitor.session.id}:{wanted}"
        judged = Judged(self._verifier.begin(visitor.user.upn, self._asker(visitor, attempt)))
        self._log.write(visitor.web, judged, attempt)
        return self._page(visitor, Step(new_session_id(), wanted, judged.state), judged)

    def take(self) -> Response:
        """Judge one post of the page."""
        visitor = self._frame.visitor(read_request())
        if visitor is None:
            return lead_to_sign_in(HOME)
        self._frame.must_be_from_here(visitor)
        step = self._open(visitor)
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
        if not self._services.once.claim("account-verification", step.id, now + LIFETIME):
            raise _ended()
        session = visitor.session.with_second_factor(Proof(method, now))
        if not self._frame.is_signed_in(session, visitor.web):
            return lead_to_sign_in(HOME)
        return self._frame.give_session(redirect(step.next, 303), session)

    def _page(self, visitor: Visitor, step: Step, judged: Judged) -> Response:
        values = {"id": step.id, "next": step.next, "state": asdict(step.state)}
        context = self._seal.seal(values, bound_to=visitor.session.id, lifetime=LIFETIME)
        return self._frame.page("verify", visitor, state=step.state, judged=judged, context=context)

    def _open(self, visitor: Visitor) -> Step:
        sealed = visitor.web.form.get("Context", "")
        try:
            step = self._seal.open_as(_step_from_json, sealed, bound_to=visitor.session.id)
        except SealBroken:
            raise _ended() from None
        if step.state.user != visitor.user.upn:
            raise _ended()
        if self._services.once.is_used("account-verification", step.id):
            raise _ended()
        return step

    def _asker(self, visitor: Visitor, attempt: str) -> Asker:
        return Asker("Security info", visitor.web.client_ip, attempt)


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
