"""Adding a passkey: the browser makes it, and its device verifies the user while it does.

Nothing is stored before that. The challenge in the page is good for this session alone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Blueprint, redirect
from werkzeug import Response

from adapter.mfa.methods import MAX_NAME_LENGTH
from adapter.mfa.passkeys.passkey import PasskeyRefused
from adapter.mfa.policy import PASSKEY
from idp.account.frame import Frame, added_path, sign_in_path
from idp.account.outcomes import PasskeyLog
from idp.account.registrable import must_be_registrable
from idp.account.visitor import Visitor
from idp.saml.contexts import FIDO
from idp.session.sso import Proof

if TYPE_CHECKING:
    from idp.services import Services


class PasskeyPages:
    """The views of the registration."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._mfa = services.mfa
        self._clock = services.clock
        self._frame = frame
        self._log = PasskeyLog(services, frame, "registration")

    def start(self, visitor: Visitor) -> Response:
        """Show the page whose script lets the browser make a passkey."""
        return self._page(visitor)

    def take(self, visitor: Visitor) -> Response:
        """Register what the browser has made; it proves the second factor of this session."""
        user, fields = visitor.user.upn, visitor.web.form
        must_be_registrable(self._mfa, visitor, PASSKEY)
        try:
            self._mfa.passkeys.register(
                user,
                fields.get("Passkey", ""),
                attempt=visitor.session.id,
                name=fields.get("name", ""),
            )
        except PasskeyRefused as refused:
            self._log.refused(visitor.web, user, refused)
            return self._page(visitor, refused.code)
        self._log.passed(visitor.web, user)
        session = visitor.session.with_second_factor(Proof(FIDO, self._clock.now()))
        back = sign_in_path(visitor.web.arguments)
        return self._frame.give_session(redirect(added_path(back), 303), session)

    def _page(self, visitor: Visitor, error: str = "") -> Response:
        must_be_registrable(self._mfa, visitor, PASSKEY)
        options = self._mfa.passkeys.registration_options(
            visitor.user.upn, display_name=visitor.user.display_name, attempt=visitor.session.id
        )
        return self._frame.page(
            "passkey",
            visitor,
            options=json.dumps(options),
            error_code=error,
            back=sign_in_path(visitor.web.arguments),
            typed_name=visitor.web.form.get("name", "")[:MAX_NAME_LENGTH],
        )


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add the addresses of the registration."""
    pages = PasskeyPages(services, frame)
    blueprint.add_url_rule("/passkey", "passkey", frame.changing(pages.start))
    blueprint.add_url_rule("/passkey", "take_passkey", frame.changing(pages.take), methods=["POST"])
