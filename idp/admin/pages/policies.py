"""The page of the MFA policies: in words, a form for the common settings, and a preview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import counted, sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.pages.policy_form import changes_in, sections_of
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.management import policies, policy_diff, policy_words
from idp.mfa.graph_import import BadMethodsPolicy

if TYPE_CHECKING:
    from idp.services import Services

PATH = "/admin/policies"
MAX_ROWS = 500
NO_CHANGE = sentence("Nothing would change.")


class PolicyPages:
    """The views of the page."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def show(self, session: AdminSession) -> Response:
        """Show the policies."""
        return self._page(session)

    def change(self, session: AdminSession) -> Response:
        """Show what the form would change, or store it; else say what is wrong."""
        try:
            settings = policies.show(self._services).settings()
            changes = changes_in(request.form, settings)
            if request.form.get("action") != "save":
                return self._preview(session, changes)
            view = policies.change(self._services, changes, version=_version())
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            return self._page(session, 422, problem=error_text(error))
        flash = Flash("policies", sentence("Saved. The next sign-in uses it."), view.notes)
        return self._frame.done(PATH, session, flash)

    def _preview(self, session: AdminSession, changes: dict[str, Any]) -> Response:
        if not changes:
            return self._page(session, preview=NO_CHANGE)
        found = policy_diff.diff_changes(self._services, changes)
        rows = policy_words.diff_rows(found)
        return self._page(
            session,
            preview=counted("{number} change.", "{number} changes.", len(rows)),
            rows=rows[:MAX_ROWS],
            command=policy_words.set_command(changes),
            warnings=found.notes,
        )

    def _page(self, session: AdminSession, status: int = 200, **values: Any) -> Response:
        view = policies.show(self._services)
        return self._frame.page(
            "policies",
            session,
            status,
            view=view,
            methods=list(policy_words.describe_methods(view.policies)),
            sentences=list(policy_words.describe_rules(view.policies)),
            sections=sections_of(view.settings()),
            typed=request.form,
            version=request.form.get("version", view.version),
            **values,
        )


def _version() -> int:
    text = request.form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadMethodsPolicy("version: it is not a whole number")
    return int(text)


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add both methods of ``/admin/policies``."""
    pages = PolicyPages(services, frame)
    blueprint.add_url_rule("/policies", "policies", frame.reading(pages.show), methods=["GET"])
    blueprint.add_url_rule(
        "/policies", "change_policies", frame.changing(pages.change, "policy.set"), methods=["POST"]
    )
