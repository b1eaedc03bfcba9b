"""The page that says what a user will see, with the table of all nodes and devices to print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.audit.roles import READ_USERS
from idp.management.preview import CHOICES, LEFT_OUT, Preview, preview

if TYPE_CHECKING:
    from idp.services import Services

PARAMETERS = ("user", "trust", "node", "device")
MAX_SUGGESTED = 500
"""So many trusts are suggested for the field; any other can be typed."""


class PreviewPage:
    """The view; it changes nothing."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def show(self, session: AdminSession) -> Response:
        """Show the form, and below it what was asked for: in general without a user."""
        wanted = {name: request.args.get(name, "").strip() for name in PARAMETERS}
        problem, found = "", Preview("", "", (), (), ())
        try:
            found = preview(self._services, **wanted)
        except Unavailable:
            raise
        except TallystickError as error:
            problem = error_text(error)
        return self._frame.page(
            "preview",
            session,
            422 if problem else 200,
            wanted=wanted,
            problem=problem,
            found=found,
            devices=CHOICES,
            left_out=LEFT_OUT,
            nodes=self._services.farm.nodes(),
            trusts=self._services.trusts.page(0, MAX_SUGGESTED).trusts,
            now=self._services.clock.now(),
        )


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/preview``."""
    showing = frame.reading(PreviewPage(services, frame).show, READ_USERS)
    blueprint.add_url_rule("/preview", "preview", showing, methods=["GET"])
