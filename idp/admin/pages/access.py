"""The page of access control: which users each trust permits, and the second factor's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from werkzeug import Response

from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.management import access_control

if TYPE_CHECKING:
    from idp.services import Services


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/access``."""

    def show_access(session: AdminSession) -> Response:
        return frame.page("access", session, overview=access_control.overview(services))

    blueprint.add_url_rule("/access", "access", frame.reading(show_access), methods=["GET"])
