"""The page of the settings: value, origin, meaning, and how each is changed."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from flask import Blueprint, request
from werkzeug import Response

from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.management.settings import settings_in_force

if TYPE_CHECKING:
    from idp.services import Services


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/settings``."""

    def show(session: AdminSession) -> Response:
        text = request.args.get("q", "").strip()
        found = settings_in_force(services, text)
        return frame.page(
            "settings",
            session,
            found=found,
            sections=[
                (section, list(rows))
                for section, rows in groupby(found.rows, lambda row: row.setting.section)
            ],
            waiting=[row for row in found.rows if row.waits],
            text=text,
        )

    blueprint.add_url_rule("/settings", "settings", frame.reading(show), methods=["GET"])
