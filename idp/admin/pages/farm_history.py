"""The page of the farm's history: what each change was, and the buttons that undo one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import joined, sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.paging import before_in
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.management import farm_history, farm_undo

if TYPE_CHECKING:
    from idp.services import Services

PATH = "/admin/farm/history"


class FarmHistoryPages:
    """The views of the page."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def show(self, session: AdminSession) -> Response:
        """Show a page of changes, newest first."""
        return self._page(session)

    def undo(self, session: AdminSession) -> Response:
        """Undo a change, or show the newest changes with the reason why it stays."""
        text = request.form.get("id", "")
        try:
            done = farm_undo.undo(self._services, farm_undo.undo_text(text))
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            return self._page(session, error_text(error))
        says = sentence(
            "Change {id} is undone. {changes}",
            id=done.change_id,
            changes=joined(" ", done.sentences),
        )
        return self._frame.done(PATH, session, Flash("the farm's history", says))

    def _page(self, session: AdminSession, problem: str = "") -> Response:
        before = before_in(request.args)
        found, further = farm_history.history(self._services, before_id=before)
        return self._frame.page(
            "farm_history",
            session,
            422 if problem else 200,
            changes=found,
            problem=problem,
            first=PATH if before else "",
            further=f"{PATH}?{urlencode({'before': further})}" if further else "",
        )


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/farm/history`` and ``POST /admin/farm/history/undo``."""
    pages = FarmHistoryPages(services, frame)
    undo = frame.changing(pages.undo, farm_history.UNDO)
    blueprint.add_url_rule(
        "/farm/history", "farm_history", frame.reading(pages.show), methods=["GET"]
    )
    blueprint.add_url_rule("/farm/history/undo", "undo_farm_change", undo, methods=["POST"])
