"""The page of the API tokens: a list, a form that makes one, and a button that revokes one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.audit.roles import ROLES
from idp.management import api_tokens

if TYPE_CHECKING:
    from idp.services import Services

PATH = "/admin/api-tokens"
VERBS = {"add": "api_token.add", "revoke": "api_token.revoke"}


class ApiTokenPages:
    """The views of the page."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def show(self, session: AdminSession) -> Response:
        """Show the tokens."""
        return self._page(session)

    def change(self, session: AdminSession) -> Response:
        """Make a token and show its text this once, or revoke one; else say what is wrong."""
        form = request.form
        try:
            if form.get("action") == "revoke":
                name = form.get("name", "")
                api_tokens.revoke(self._services, name)
                flash = Flash("api-tokens", sentence("The token {name} is revoked.", name=name))
                return self._frame.done(PATH, session, flash)
            name, role, expires = (form.get(each, "").strip() for each in FIELDS)
            _, text = api_tokens.add(self._services, name, role, expires)
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            field = getattr(error, "field", "") if form.get("action") == "add" else ""
            return self._page(session, 422, problem=error_text(error), field=field)
        return self._page(session, made=name, text=text)

    def _page(
        self,
        session: AdminSession,
        status: int = 200,
        *,
        problem: str = "",
        field: str = "",
        made: str = "",
        text: str = "",
    ) -> Response:
        return self._frame.page(
            "api_tokens",
            session,
            status,
            tokens=self._services.api_tokens.tokens(),
            now=self._services.clock.now(),
            roles=ROLES,
            problem=problem,
            field=field,
            made=made,
            text=text,
            typed=request.form if problem else {},
        )


FIELDS = ("name", "role", "expires")


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add both methods of ``/admin/api-tokens``."""
    pages = ApiTokenPages(services, frame)
    changing = frame.changing(pages.change, VERBS)
    blueprint.add_url_rule("/api-tokens", "api_tokens", frame.reading(pages.show), methods=["GET"])
    blueprint.add_url_rule("/api-tokens", "change_api_tokens", changing, methods=["POST"])
