"""The pages of ``/admin/trusts``: which there are, what is weak about them, and their settings."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import request
from werkzeug import Response

from adapter.errors import TallystickError
from idp.admin import change_log
from idp.admin.flash import Flash
from idp.admin.pages.trust_form import changes_in, fields_of
from idp.management.metadata import refresh
from idp.management.trust_views import TrustView, UnreadableView, view_of, views

if TYPE_CHECKING:
    from flask import Blueprint

    from idp.admin.pages.views import Pages
    from idp.admin.session import AdminSession
    from idp.services import Services

PATH = "/admin/trusts"
MAX_ROWS = 200
SAVED = "The settings are saved. They hold from the next request on."
TOLD = {
    "refresh": "The metadata has been fetched.",
    "accept": "The metadata that was held back is taken.",
}


class TrustPages:
    """The views; each asks one use case."""

    def __init__(self, services: Services, pages: Pages) -> None:
        self._services = services
        self._pages = pages

    def list(self, session: AdminSession) -> Response:
        """Show the trusts whose name or entity id holds what is looked for."""
        wanted = request.args.get("q", "").strip()
        found = [view for view in views(self._services) if _holds(view, wanted)]
        return self._pages.page(
            "trusts", session, trusts=found[:MAX_ROWS], count=len(found), wanted=wanted
        )

    def show(self, session: AdminSession) -> Response:
        """Show one trust."""
        return self._trust(session, request.args.get("id", ""))

    def change(self, session: AdminSession) -> Response:
        """Change settings, refresh, or accept what was held back; or show what is wrong."""
        entity_id = request.form.get("id", "")
        action = request.form.get("action", "")
        try:
            self._do(action, entity_id)
        except TallystickError as error:
            if error.code in ("store_unavailable", "unknown_trust", "unreadable_trust"):
                raise
            change_log.log_refusal(error)
            return self._trust(session, entity_id, problem=str(error))
        path = f"{PATH}/one?id={quote(entity_id, safe='')}"
        return self._pages.done(path, session, Flash(entity_id, TOLD.get(action, SAVED)))

    def _do(self, action: str, entity_id: str) -> None:
        trusts = self._services.trusts
        if action == "refresh":
            refresh.refresh(self._services, entity_id)
        elif action == "accept":
            refresh.accept(self._services, entity_id)
            change_log.log_trust("trust_accepted", entity_id)
        else:
            settings = trusts.existing(entity_id).settings
            trusts.change_from_text(entity_id, changes_in(request.form, settings))
            change_log.log_trust("trust_set", entity_id)

    def _trust(self, session: AdminSession, entity_id: str, problem: str = "") -> Response:
        view = view_of(self._services, self._services.trusts.existing(entity_id))
        return self._pages.page(
            "trust",
            session,
            422 if problem else 200,
            view=view,
            trust=view.trust,
            shown=view.as_json(),
            fields=fields_of(view.trust.settings),
            typed=request.form if problem else {},
            problem=problem,
        )


def add_trust_pages(blueprint: Blueprint, services: Services, pages: Pages) -> None:
    """Add the routes."""
    trusts = TrustPages(services, pages)
    routes = (
        ("/trusts",     "GET",  "trusts",       pages.reading(trusts.list)),
        ("/trusts/one", "GET",  "trust",        pages.reading(trusts.show)),
        ("/trusts/one", "POST", "change_trust", pages.changing(trusts.change)),
    )  # fmt: skip
    for rule, method, endpoint, view in routes:
        blueprint.add_url_rule(rule, endpoint, view, methods=[method])


def _holds(view: TrustView | UnreadableView, wanted: str) -> bool:
    name = view.trust.display_name if isinstance(view, TrustView) else ""
    return wanted.lower() in f"{name}\n{view.entity_id}".lower()
