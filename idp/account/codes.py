"""Adding a code app or a hardware token: each proves itself by a code before it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect
from werkzeug import Response

from adapter.errors import TallystickError
from adapter.mfa.methods import MAX_NAME_LENGTH, BadMethodName
from adapter.mfa.policy import CODE_APP
from adapter.mfa.service import UnknownMethod
from adapter.mfa.verification.verifier import OTP
from idp.account.frame import Frame, Refused, added_path, sign_in_path
from idp.account.qr import qr_code
from idp.account.registrable import must_be_registrable
from idp.account.visitor import Visitor
from idp.management.code_apps import CodeAppOffer, begin_code_app, confirm_code_app, reopen_offer
from idp.management.hardware_tokens import CodeRefused, activate_token
from idp.session.seal import SealBroken
from idp.session.sso import Proof

if TYPE_CHECKING:
    from idp.services import Services


class CodePages:
    """The views of both registrations."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def start_app(self, visitor: Visitor) -> Response:
        """Show the QR code and the secret of a new seed, which is not stored."""
        must_be_registrable(self._services.mfa, visitor, CODE_APP)
        return self._app_page(visitor, begin_code_app(self._services, visitor.user.upn))

    def confirm_app(self, visitor: Visitor) -> Response:
        """Store the app if its code is right; else show the same seed again."""
        fields, user = visitor.web.form, visitor.user.upn
        sealed, code = fields.get("Context", ""), fields.get("VerificationCode", "")
        try:
            confirm_code_app(self._services, user, sealed, code, fields.get("name", "").strip())
        except (CodeRefused, BadMethodName) as refused:
            offer = reopen_offer(self._services, user, sealed)
            return self._app_page(visitor, offer, error=refused)
        except SealBroken:
            raise Refused(
                "This registration has ended",
                "Begin again at security info",
                code="registration_ended",
            ) from None
        return self._added(visitor)

    def start_token(self, visitor: Visitor) -> Response:
        """Ask for the serial number of a token that an administrator has registered."""
        return self._frame.page("token", visitor, error=None, typed="")

    def activate_token(self, visitor: Visitor) -> Response:
        """Activate the token if its code is right."""
        fields = visitor.web.form
        serial = fields.get("serial", "").strip()
        code = fields.get("VerificationCode", "")
        try:
            activate_token(self._services, visitor.user.upn, serial, code)
        except (CodeRefused, UnknownMethod) as refused:
            typed = serial[:MAX_NAME_LENGTH]
            return self._frame.page("token", visitor, error=refused, typed=typed)
        return self._added(visitor)

    def _app_page(
        self, visitor: Visitor, offer: CodeAppOffer, error: TallystickError | None = None
    ) -> Response:
        return self._frame.page(
            "code_app",
            visitor,
            context=offer.sealed,
            secret=" ".join(offer.secret[i : i + 4] for i in range(0, len(offer.secret), 4)),
            address=offer.address,
            qr=qr_code(offer.address),
            error=error,
            back=sign_in_path(visitor.web.arguments),
            typed_name=visitor.web.form.get("name", "")[:MAX_NAME_LENGTH],
        )

    def _added(self, visitor: Visitor) -> Response:
        """Lead to the methods; the code proved the second factor of this session."""
        session = visitor.session.with_second_factor(Proof(OTP, self._services.clock.now()))
        back = sign_in_path(visitor.web.arguments)
        return self._frame.give_session(redirect(added_path(back), 303), session)


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add the addresses of both registrations."""
    pages, changing = CodePages(services, frame), frame.changing
    blueprint.add_url_rule("/code-app", "code_app", changing(pages.start_app))
    blueprint.add_url_rule(
        "/code-app", "confirm_code_app", changing(pages.confirm_app), methods=["POST"]
    )
    blueprint.add_url_rule("/token", "token", changing(pages.start_token))
    blueprint.add_url_rule(
        "/token", "activate_token", changing(pages.activate_token), methods=["POST"]
    )
