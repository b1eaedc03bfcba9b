"""The page of the configuration as a file: download, upload, what would change, and applying it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.audit.roles import READ
from idp.management.configuration.apply import VERB, apply
from idp.management.configuration.document import read_document, text_of, write_document
from idp.management.configuration.export import export
from idp.management.configuration.faults import BadConfiguration, ConfigurationChanged
from idp.management.configuration.plan import compare
from idp.management.configuration.plan_text import count_changes, plan_lines

if TYPE_CHECKING:
    from idp.services import Services

PATH = "/admin/configuration"
FORMS = {"toml": "application/toml", "json": "application/json"}
MAX_LINES = 1000


class ConfigurationPages:
    """The views of the page."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def show(self, session: AdminSession) -> Response:
        """Show the page, with nothing to compare."""
        return self._page(session)

    def download(self, session: AdminSession) -> Response:
        """Send the configuration as a file; the parameter ``format`` is toml or json."""
        form = request.args.get("format", "toml")
        form = form if form in FORMS else "toml"
        response = Response(
            write_document(export(self._services).document, form),
            content_type=f"{FORMS[form]}; charset=utf-8",
        )
        response.headers["Content-Disposition"] = f'attachment; filename="configuration.{form}"'
        response.headers["Cache-Control"] = "no-store"
        return response

    def change(self, session: AdminSession) -> Response:
        """Show what a file would change; or apply it, if it still does what was shown."""
        text, prune = "", bool(request.form.get("prune"))
        try:
            text = _given_text()
            document = read_document(text)
            if request.form.get("action") == "apply":
                seen = request.form.get("seen", "")
                plan = apply(self._services, document, prune=prune, seen=seen)
                says = sentence("Applied: {changes}.", changes=count_changes(plan))
                flash = Flash("configuration", says, tuple(plan.notes))
                return self._frame.done(PATH, session, flash)
            return self._preview(session, text, prune=prune)
        except ConfigurationChanged:
            return self._preview(session, text, prune=prune, was_seen=True)
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            found = error.found if isinstance(error, BadConfiguration) else ()
            faults = [f"{fault} [{fault.code}]" for fault in found] or [error_text(error)]
            return self._page(session, 422, text=text, prune=prune, faults=faults)

    def _preview(
        self, session: AdminSession, text: str, *, prune: bool, was_seen: bool = False
    ) -> Response:
        plan = compare(self._services, read_document(text), prune=prune)
        plan.must_be_faultless()
        lines = plan_lines(plan)
        return self._page(
            session,
            text=text,
            prune=prune,
            was_seen=was_seen,
            summary=count_changes(plan),
            lines=lines[:MAX_LINES],
            more=len(lines[MAX_LINES:]),
            notes=plan.notes,
            digest=plan.digest,
        )

    def _page(self, session: AdminSession, status: int = 200, **values: Any) -> Response:
        return self._frame.page("configuration", session, status, **values)


def _given_text() -> str:
    """Return the uploaded file, or what stands in the form."""
    file = request.files.get("file")
    content = file.read() if file else b""
    return text_of(content) if content.strip() else request.form.get("text", "")


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``/admin/configuration`` and its download."""
    pages = ConfigurationPages(services, frame)
    verbs = {"preview": READ, "apply": VERB}
    routes = (
        ("/configuration",          "GET",  "configuration", frame.reading(pages.show)),
        ("/configuration/download", "GET",  "configuration_file", frame.reading(pages.download)),
        ("/configuration",          "POST", "change_configuration",
            frame.changing(pages.change, verbs)),
    )  # fmt: skip
    for rule, method, endpoint, view in routes:
        blueprint.add_url_rule(rule, endpoint, view, methods=[method])
