"""What a sign-in asks first: register a method, confirm the methods, or set up Authenticator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect
from werkzeug import Response

from adapter.mfa.policy_registration import Interrupt
from idp.account.frame import HOME, Frame, sign_in_path
from idp.account.visitor import Visitor

if TYPE_CHECKING:
    from idp.services import Services


class InterruptPages:
    """The views of the question."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._mfa = services.mfa
        self._frame = frame

    def show(self, visitor: Visitor) -> Response:
        """Ask what is to be asked, or lead back to the sign-in if nothing is."""
        interrupt = self._mfa.interrupt_of(visitor.user.upn)
        back = sign_in_path(visitor.web.arguments)
        if interrupt is None:
            return redirect(back or HOME, 303)
        return self._frame.page(
            "interrupt",
            visitor,
            interrupt=interrupt.value,
            methods=self._mfa.methods_of(visitor.user.upn),
            back=back,
        )

    def take(self, visitor: Visitor) -> Response:
        """Take the answer: the methods are right, or not now. Registering cannot be put off."""
        user = visitor.user.upn
        interrupt = self._mfa.interrupt_of(user)
        if interrupt is Interrupt.CONFIRM and visitor.web.form.get("Confirm") == "1":
            self._mfa.confirm_methods(user)
        if interrupt is Interrupt.CAMPAIGN and visitor.web.form.get("NotNow") == "1":
            self._mfa.snooze_campaign(user)
        return self.show(visitor)


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add the addresses of the question."""
    pages = InterruptPages(services, frame)
    blueprint.add_url_rule("/interrupt", "interrupt", frame.reading(pages.show))
    blueprint.add_url_rule(
        "/interrupt", "take_interrupt", frame.answering(pages.take), methods=["POST"]
    )
