"""The page of the last sign-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from werkzeug import Response

from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.management import sign_in_log

if TYPE_CHECKING:
    from idp.services import Services


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/log``."""

    def show_log(session: AdminSession) -> Response:
        records = sign_in_log.latest(services)
        return frame.page("log", session, records=records, limit=sign_in_log.LATEST)

    blueprint.add_url_rule("/log", "log", frame.reading(show_log), methods=["GET"])
