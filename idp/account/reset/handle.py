"""What the browser has of a reset: a cookie with its sealed name, and a token in each form."""

from __future__ import annotations

import secrets

from werkzeug import Response

from idp.account.frame import Refused
from idp.config.schema import Config
from idp.mfa.password_reset import LIFETIME
from idp.session.seal import SealBroken, Sealer
from idp.web.cookies import set_cookie_header
from idp.web.origin import is_same_origin
from idp.web.web_request import WebRequest

COOKIE = "tallystick_reset"
PATH = "/account/reset"
FIRST_STEP = -1
"""The step of the form that asks for the user name: there is no reset yet."""


class ResetRefused(Refused):
    """Raised when a request of a password reset is refused; the code says why."""


def new_id() -> str:
    """Return a name for a new reset, or for a browser that has none yet: 192 bits."""
    return secrets.token_urlsafe(24)


class Handles:
    """Gives browsers the names of resets, and reads them back."""

    def __init__(self, config: Config, sealer: Sealer) -> None:
        self._server = config.server
        self._seal = sealer.purpose("password-reset")
        self._tokens = sealer.purpose("password-reset-form")

    def read(self, web: WebRequest) -> str | None:
        """Return the name in the browser's cookie, None without one that is valid."""
        try:
            return str(self._seal.open(web.cookies.get(COOKIE, ""))["id"])
        except SealBroken:
            return None

    def give(self, response: Response, reset_id: str) -> Response:
        """Let the browser keep the name."""
        header = set_cookie_header(
            COOKIE,
            self._seal.seal({"id": reset_id}, lifetime=LIFETIME),
            max_age=None,
            secure=self._server.is_secure,
            path=PATH,
            same_site="Strict",
        )
        response.headers.add("Set-Cookie", header)
        return response

    def token(self, reset_id: str, step: int) -> str:
        """Return the token of a form of this step."""
        return self._tokens.seal({"step": step}, bound_to=reset_id, lifetime=LIFETIME)

    def step_of_post(self, web: WebRequest, reset_id: str | None) -> int:
        """Return the step whose form was posted; raises :class:`ResetRefused`.

        The form has to come from our own page, in this browser.
        """
        if not is_same_origin(web, self._server.base_url):
            raise ResetRefused(
                "The form was sent by another site", "Use the form here", code="foreign_origin"
            )
        try:
            token = web.form.get("csrf", "")
            return int(self._tokens.open(token, bound_to=reset_id or "")["step"])
        except SealBroken:
            raise ResetRefused(
                "The form is not one of this browser, or too old", "Begin again", code="csrf"
            ) from None
