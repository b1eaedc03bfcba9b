"""The first page: what needs attention, or for a browser without a session how to sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect
from werkzeug import Response

from idp.admin.actor import set_actor
from idp.admin.frame import Frame
from idp.admin.pages.users import PATH as USERS
from idp.audit.changes import PAGE
from idp.audit.roles import READ, may
from idp.management import overview

if TYPE_CHECKING:
    from idp.services import Services


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/``."""

    def home() -> Response:
        session = frame.session()
        if session is None:
            return frame.token_form()
        if not may(session.role, READ):
            return redirect(USERS, 303)  # the help desk's first page
        set_actor(session.name, session.role, PAGE)
        return frame.page("overview", session, items=overview.overview(services))

    blueprint.add_url_rule("/", "home", home, methods=["GET"])
