"""The pages of the relying party trusts: the list with its warnings, and one trust's settings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.pages import faults
from idp.admin.pages.trust_form import attributes_of, changes_in, sections_of
from idp.admin.paging import place_in
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.audit.roles import READ
from idp.federation.access_control.policies import BadAccessControlPolicy
from idp.federation.relying_party.registry import UnknownTrust
from idp.federation.relying_party.setting_changes import change_from_text
from idp.federation.relying_party.trust import UnreadableTrust
from idp.management import trusts
from idp.management.claim_rules import ClaimsSimulation, simulate_rules
from idp.management.metadata import refresh
from idp.management.trust_views import view_of, views_page
from idp.management.user_by_name import UnknownUser
from idp.operating_system import command_line

if TYPE_CHECKING:
    from idp.services import Services

PATH = "/admin/trusts"
MAX_ROWS = 50

SAVED = sentence("The settings are saved. They hold from the next request on.")
FETCHED = sentence("The metadata has been fetched.")
NOT_FETCHED = sentence("The metadata could not be fetched.")
ACCEPTED = sentence("The metadata that was held back is accepted.")

VERBS = {
    "": "trust.set",
    "refresh": "trust.refresh",
    "accept": "trust.accept",
    "test": READ,
}
USER = "test-user"
"""The field for the user whose claims are shown."""


class TrustPages:
    """The views of the trusts' pages."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def list(self, session: AdminSession) -> Response:
        """Show a page of the trusts whose name or entity ID contains the parameter ``q``."""
        wanted, after = request.args.get("q", "").strip(), place_in(request.args)
        found, next_page = views_page(self._services, after, MAX_ROWS, wanted)
        return self._frame.page(
            "trusts", session, trusts=found, after=after, next_page=next_page, wanted=wanted
        )

    def show(self, session: AdminSession) -> Response:
        """Show the trust whose entity ID is the parameter ``id``."""
        return self._page(session, request.args.get("id", ""))

    def change(self, session: AdminSession) -> Response:
        """Change settings, refresh the metadata, accept what was held back, or test the claims.

        If that is not possible, the page says what is wrong and keeps what was typed.
        """
        entity_id = request.form.get("id", "")
        action = request.form.get("action", "")
        try:
            if action == "test":
                return self._page(session, entity_id, simulation=self._simulate(entity_id))
            text = self._do(action, entity_id)
        except (Unavailable, UnknownTrust, UnreadableTrust):
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            return self._page(session, entity_id, error)
        path = f"{PATH}/one?id={quote(entity_id, safe='')}"
        return self._frame.done(path, session, Flash(entity_id, text))

    def _do(self, action: str, entity_id: str) -> str:
        """Do what the form asks for, and return what the next page says of it."""
        if action == "refresh":
            report = refresh.refresh(self._services, entity_id)
            return NOT_FETCHED if report.outcome is refresh.Outcome.FAILED else FETCHED
        if action == "accept":
            refresh.accept(self._services, entity_id, request.form.get("held_digest"))
            return ACCEPTED
        trusts.change_from_text(self._services, entity_id, self._changes(entity_id))
        return SAVED

    def _changes(self, entity_id: str) -> dict[str, str]:
        settings = self._services.trusts.existing(entity_id).settings
        return changes_in(request.form, settings, self._services.access.rules())

    def _simulate(self, entity_id: str) -> ClaimsSimulation:
        """Return what the trust would receive about a user with the settings of the form."""
        return simulate_rules(
            self._services,
            entity_id,
            user=request.form.get(USER, "").strip(),
            second_factor="test-mfa" in request.form,
            extranet="test-extranet" in request.form,
            change=partial(change_from_text, changes=self._changes(entity_id)),
        )

    def _page(
        self,
        session: AdminSession,
        entity_id: str,
        error: TallystickError | None = None,
        simulation: ClaimsSimulation | None = None,
    ) -> Response:
        view = view_of(self._services, self._services.trusts.existing(entity_id))
        typed = request.form if error or simulation else {}
        settings, rules = view.trust.settings, self._services.access.rules()
        return self._frame.page(
            "trust",
            session,
            422 if error else 200,
            view=view,
            trust=view.trust,
            shown=view.as_json(),
            sections=sections_of(settings, rules, typed.get("access_control_policy")),
            attributes=attributes_of(settings, typed),
            typed=typed,
            problem=error_text(error) if error else "",
            faults=_faults_of(error) if error else {},
            simulation=simulation.as_json() if simulation else None,
            quoted_id=command_line([entity_id]),
            next_fault=faults.section(self._services, entity_id),
        )


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/trusts`` and both methods of ``/admin/trusts/one``."""
    pages = TrustPages(services, frame)
    routes = (
        ("/trusts",     "GET",  "trusts",       frame.reading(pages.list)),
        ("/trusts/one", "GET",  "trust",        frame.reading(pages.show)),
        ("/trusts/one", "POST", "change_trust", frame.changing(pages.change, VERBS)),
    )  # fmt: skip
    for rule, method, endpoint, view in routes:
        blueprint.add_url_rule(rule, endpoint, view, methods=[method])


def _faults_of(error: TallystickError) -> Mapping[str, str]:
    """Return what is wrong, by the names of the fields; the page says the whole on top."""
    if isinstance(error, BadAccessControlPolicy):
        return {"access_control_policy": error_text(error), **error.faults}
    if isinstance(error, UnknownUser):
        return {USER: error_text(error)}
    return getattr(error, "faults", {})
