"""The pages of the relying party trusts: the list with its warnings, and one trust's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from idp.admin import change_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.pages import faults
from idp.admin.pages.trust_form import changes_in, fields_of
from idp.admin.session import AdminSession
from idp.federation.relying_party.registry import UnknownTrust
from idp.federation.relying_party.trust import UnreadableTrust
from idp.management.metadata import refresh
from idp.management.trust_views import TrustView, UnreadableView, view_of, views

if TYPE_CHECKING:
    from idp.services import Services

PATH = "/admin/trusts"
MAX_ROWS = 200

SAVED = "The settings are saved. They hold from the next request on."
FETCHED = "The metadata has been fetched."
NOT_FETCHED = "The metadata could not be fetched."
ACCEPTED = "The metadata that was held back is accepted."


class TrustPages:
    """The views of the trusts' pages."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def list(self, session: AdminSession) -> Response:
        """Show the trusts whose name or entity ID contains the parameter ``q``."""
        wanted = request.args.get("q", "").strip()
        found = [view for view in views(self._services) if _matches(view, wanted)]
        return self._frame.page(
            "trusts", session, trusts=found[:MAX_ROWS], count=len(found), wanted=wanted
        )

    def show(self, session: AdminSession) -> Response:
        """Show the trust whose entity ID is the parameter ``id``."""
        return self._page(session, request.args.get("id", ""))

    def change(self, session: AdminSession) -> Response:
        """Change settings, refresh the metadata or accept what was held back.

        If that is not possible, the page says what is wrong and keeps what was typed.
        """
        entity_id = request.form.get("id", "")
        action = request.form.get("action", "")
        try:
            text = self._do(action, entity_id)
        except (Unavailable, UnknownTrust, UnreadableTrust):
            raise
        except TallystickError as error:
            change_log.log_refusal(error)
            return self._page(session, entity_id, problem=str(error))
        path = f"{PATH}/one?id={quote(entity_id, safe='')}"
        return self._frame.done(path, session, Flash(entity_id, text))

    def _do(self, action: str, entity_id: str) -> str:
        """Do what the form asks for, and return what the next page says of it."""
        if action == "refresh":
            report = refresh.refresh(self._services, entity_id)
            return NOT_FETCHED if report.outcome is refresh.Outcome.FAILED else FETCHED
        if action == "accept":
            refresh.accept(self._services, entity_id, request.form.get("held_digest"))
            change_log.log_trust("trust_accepted", entity_id)
            return ACCEPTED
        trusts = self._services.trusts
        settings = trusts.existing(entity_id).settings
        trusts.change_from_text(entity_id, changes_in(request.form, settings))
        change_log.log_trust("trust_set", entity_id)
        return SAVED

    def _page(self, session: AdminSession, entity_id: str, problem: str = "") -> Response:
        view = view_of(self._services, self._services.trusts.existing(entity_id))
        return self._frame.page(
            "trust",
            session,
            422 if problem else 200,
            view=view,
            trust=view.trust,
            shown=view.as_json(),
            fields=fields_of(view.trust.settings),
            typed=request.form if problem else {},
            problem=problem,
            faults=faults.section(self._services, entity_id),
        )


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/trusts`` and both methods of ``/admin/trusts/one``."""
    pages = TrustPages(services, frame)
    routes = (
        ("/trusts",     "GET",  "trusts",       frame.reading(pages.list)),
        ("/trusts/one", "GET",  "trust",        frame.reading(pages.show)),
        ("/trusts/one", "POST", "change_trust", frame.changing(pages.change)),
    )  # fmt: skip
    for rule, method, endpoint, view in routes:
        blueprint.add_url_rule(rule, endpoint, view, methods=[method])


def _matches(view: TrustView | UnreadableView, wanted: str) -> bool:
    name = view.trust.display_name if isinstance(view, TrustView) else ""
    return wanted.lower() in f"{name}\n{view.entity_id}".lower()
