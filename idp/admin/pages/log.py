"""The page of the last sign-ins and refused requests, of all or of those that are searched for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request
from werkzeug import Response

from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.audit.roles import READ_SIGN_INS
from idp.management import sign_in_log

if TYPE_CHECKING:
    from idp.services import Services

SEARCHED = ("activity", "user", "outcome")
"""The parameters of the page; each finds entries by the whole value."""


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/log``."""

    def show_log(session: AdminSession) -> Response:
        wanted = {name: request.args.get(name, "").strip() for name in SEARCHED}
        query = sign_in_log.LogQuery(
            user=wanted["user"] or None,
            activity_id=wanted["activity"] or None,
            outcome=wanted["outcome"] or None,
        )
        return frame.page(
            "log",
            session,
            records=sign_in_log.latest(services, query),
            limit=sign_in_log.LATEST,
            wanted=wanted,
            is_filtered=any(wanted.values()),
        )

    blueprint.add_url_rule("/log", "log", frame.reading(show_log, READ_SIGN_INS), methods=["GET"])
