"""The page of the audit log: who changed what, newest first, searched and paged by the database."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from idp.admin import refusal_log
from idp.admin.audit_query import SEARCHED, query_in
from idp.admin.frame import Frame
from idp.admin.paging import before_in
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.management import audit_log

if TYPE_CHECKING:
    from idp.audit.changes import ChangeEntry
    from idp.services import Services

PATH = "/admin/audit"


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/audit``."""

    def show(session: AdminSession) -> Response:
        wanted = {name: request.args.get(name, "").strip() for name in SEARCHED}
        found: tuple[ChangeEntry, ...] = ()
        problem, further = "", None
        try:
            query = query_in(wanted, services.clock.now())
            found, further = audit_log.page(services, query, before_id=before_in(request.args))
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            problem = error_text(error)
        kept = {name: value for name, value in wanted.items() if value}
        return frame.page(
            "audit",
            session,
            422 if problem else 200,
            entries=[(entry, audit_log.differences(entry)) for entry in found],
            wanted=wanted,
            is_filtered=bool(kept),
            problem=problem,
            first=f"{PATH}?{urlencode(kept)}" if request.args.get("before") else "",
            further=f"{PATH}?{urlencode({**kept, 'before': further})}" if further else "",
        )

    blueprint.add_url_rule("/audit", "audit", frame.reading(show), methods=["GET"])
