"""Adding an Authenticator: scan the QR code, then type the number of a test notification.

The steps are rows in the database: the activation, the phone that used it, and the request it was
sent. The page only carries the name of its registration, sealed for this session.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect
from werkzeug import Response

from adapter.mfa.devices.device import Device
from adapter.mfa.policy import PUSH
from adapter.mfa.registration import Registrations
from adapter.mfa.verification.state import Verification
from adapter.mfa.verification.verifier import AUTHENTICATION_METHODS, Asker, Judged
from idp.account.frame import APPLICATION, HOME, Frame, Refused, added_path, sign_in_path
from idp.account.outcomes import VerificationLog
from idp.account.qr import qr_code
from idp.account.registrable import must_be_registrable
from idp.account.visitor import Visitor
from idp.session.seal import SealBroken
from idp.session.sso import Proof

if TYPE_CHECKING:
    from idp.services import Services

LIFETIME = timedelta(minutes=15)
PATH = "/account/authenticator"


@dataclass(frozen=True, slots=True)
class Step:
    """Where a user is with a registration, sealed into the page.

    ``id`` is that of the activation. ``digits`` and ``address`` are what the page shows of it until
    the phone has used it; ``test`` is the test notification once it was sent. ``back`` is the
    address of the sign-in that waits, empty without any.
    """

    id: str
    digits: str
    address: str
    back: str
    test: Verification | None = None

    def tested(self, test: Verification) -> Step:
        """Return the step with a test notification; the codes are of no use any more."""
        return replace(self, digits="", address="", test=test)


class PhonePages:
    """The views of the registration."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame
        self._registrations = Registrations(services.mfa)
        self._seal = services.sealer.purpose("account-registration")
        self._log = VerificationLog(services, frame, "registration")

    def start(self, visitor: Visitor) -> Response:
        """Make an activation code, and show it with its QR code."""
        must_be_registrable(self._services.mfa, visitor, PUSH)
        if (asks := self._frame.ask_if_from_elsewhere(visitor)) is not None:
            return asks
        codes = self._registrations.begin(visitor.user.upn)
        base = self._services.config.server.base_url
        back = sign_in_path(visitor.web.arguments)
        step = Step(codes.id, codes.typed, f"{base}/authenticator/#{codes.link}", back)
        return self._scan_page(visitor, step)

    def take(self, visitor: Visitor) -> Response:
        """Take one post: on to the test once the phone is there, or one look at its answer."""
        fields, user = visitor.web.form, visitor.user.upn
        step = self._open(visitor)
        if fields.get("Cancel") == "1":
            self._registrations.cancel(user, step.id)
            return redirect(HOME, 303)
        if step.test is not None and fields.get("TryAgain") != "1":
            return self._judge(visitor, step, step.test)
        phone = self._registrations.phone(user, step.id)
        if phone is None or fields.get("Poll") == "1":
            return self._scan_page(visitor, step, phone=phone, is_asked="Poll" not in fields)
        # Pressed twice, the same page shows the same request.
        attempt = "" if step.test else step.id
        asker = Asker(APPLICATION, visitor.web.client_ip, attempt)
        judged = Judged(self._registrations.test(phone, asker))
        self._log.write(visitor.web, judged, step.id)
        return self._test_page(visitor, step.tested(judged.state), judged)

    def _judge(self, visitor: Visitor, step: Step, test: Verification) -> Response:
        judged = self._registrations.judge(test, visitor.web.form)
        self._log.write(visitor.web, judged, step.id)
        if judged.passed_by is not None:
            proof = Proof(AUTHENTICATION_METHODS[judged.passed_by], self._services.clock.now())
            session = visitor.session.with_second_factor(proof)
            return self._frame.give_session(redirect(added_path(step.back), 303), session)
        return self._test_page(visitor, step.tested(judged.state), judged)

    def _scan_page(
        self, visitor: Visitor, step: Step, *, phone: Device | None = None, is_asked: bool = False
    ) -> Response:
        return self._frame.page(
            "scan",
            visitor,
            context=self._sealed(visitor, step),
            code=f"{step.digits[:3]} {step.digits[3:6]} {step.digits[6:]}",
            address=step.address,
            qr=qr_code(step.address),
            is_there=phone is not None,
            is_asked=is_asked,
        )

    def _test_page(self, visitor: Visitor, step: Step, judged: Judged) -> Response:
        phone = self._registrations.phone(visitor.user.upn, step.id)
        return self._frame.page(
            "test",
            visitor,
            is_broker=judged.state.shows_number and phone is not None and phone.broker,
            context=self._sealed(visitor, step),
            state=judged.state,
            judged=judged,
        )

    def _sealed(self, visitor: Visitor, step: Step) -> str:
        return self._seal.seal(asdict(step), bound_to=visitor.session.id, lifetime=LIFETIME)

    def _open(self, visitor: Visitor) -> Step:
        sealed = visitor.web.form.get("Context", "")
        try:
            return self._seal.open_as(_step_from_json, sealed, bound_to=visitor.session.id)
        except SealBroken:
            raise Refused(
                "This registration has ended",
                "Begin again at security info",
                code="registration_ended",
            ) from None


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add the addresses of the registration."""
    pages = PhonePages(services, frame)
    blueprint.add_url_rule("/authenticator", "phone", frame.changing(pages.start))
    blueprint.add_url_rule(
        "/authenticator", "take_phone", frame.changing(pages.take), methods=["POST"]
    )


def _step_from_json(values: dict[str, Any]) -> Step:
    test = values["test"]
    return Step(**{**values, "test": Verification(**test) if test else None})
