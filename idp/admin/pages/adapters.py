"""The pages of the adapters: the list with its order, one adapter with its metadata, its check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.audit.roles import CHANGE
from idp.federation.providers import BadProvider
from idp.management import adapters, second_factors
from idp.operating_system import command_line

if TYPE_CHECKING:
    from idp.services import Services

PATH = "/admin/adapters"
ORDER = "order-"
VERBS = {
    "enable": "adapter.enable",
    "register": "adapter.register",
    "unregister": "adapter.unregister",
    "check": CHANGE,
}
ENABLED = sentence("Saved. The next sign-in uses these adapters.")


class AdapterPages:
    """The views of the pages."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def list(self, session: AdminSession) -> Response:
        """Show the adapters."""
        return self._list(session)

    def show(self, session: AdminSession) -> Response:
        """Show the adapter ``name`` with what it announces."""
        return self._one(session, request.args.get("name", ""))

    def change(self, session: AdminSession) -> Response:
        """Enable, register, remove or check an adapter; else say what is wrong."""
        action, name = request.form.get("action", ""), request.form.get("name", "").strip()
        try:
            if action == "check":
                view = adapters.find_adapter(self._services, name)
                return self._one(session, name, findings=adapters.check_adapter(view))
            flash = self._do(action, name)
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            if action == "check":
                return self._one(session, name, 422, problem=error_text(error))
            return self._list(session, 422, problem=error_text(error), failed=action)
        return self._frame.done(PATH, session, flash)

    def _do(self, action: str, name: str) -> Flash:
        if action == "unregister":
            second_factors.unregister(self._services, name)
            return Flash(name, sentence("{name} is no longer registered.", name=name))
        if action == "register":
            return self._register(name)
        second_factors.enable(self._services, _chosen())
        return Flash("adapters", ENABLED)

    def _register(self, name: str) -> Flash:
        type_name = request.form.get("type", "").strip()
        config = request.form.get("config", "").replace("\r\n", "\n")
        notice = adapters.restart_notice(self._services, type_name)
        content = config.encode(errors="replace") if config.strip() else None
        second_factors.register(self._services, name, type_name, content)
        text = sentence(
            "{name} is registered. It is offered to users when it is enabled.", name=name
        )
        return Flash(name, text, (notice,) if notice else ())

    def _list(
        self, session: AdminSession, status: int = 200, *, problem: str = "", failed: str = ""
    ) -> Response:
        found, unreadable = adapters.adapters(self._services)
        return self._frame.page(
            "adapters",
            session,
            status,
            adapters=found,
            unreadable=unreadable,
            problem=problem,
            failed=failed,
            typed=request.form if problem else {},
            same=command_line(
                ["tallystick", "adapters", "enable"]
                + [view.provider.name for view in found if view.order]
            ),
        )

    def _one(
        self,
        session: AdminSession,
        name: str,
        status: int = 200,
        *,
        findings: tuple[adapters.CheckFinding, ...] | None = None,
        problem: str = "",
    ) -> Response:
        view = adapters.find_adapter(self._services, name)
        values: dict[str, Any] = {"announced": None, "unreadable": ""}
        try:
            values["announced"] = adapters.announced_by(view)
        except BadProvider as error:
            values["unreadable"] = error_text(error)
        return self._frame.page(
            "adapter",
            session,
            status,
            view=view,
            findings=findings,
            problem=problem,
            address=f"{PATH}/one?name={quote(name, safe='')}",
            same=command_line(["tallystick", "adapters", "check", view.provider.type_name])
            + (" --config FILE" if view.provider.config is not None else ""),
            **values,
        )


def _chosen() -> list[str]:
    """Return the names of the adapters that the form enables, in its order."""
    places = (
        (int(text), field.removeprefix(ORDER))
        for field, text in request.form.items()
        if field.startswith(ORDER) and text.isascii() and text.isdigit() and len(text) < 4
    )
    return [name for place, name in sorted(places, key=lambda each: each[0]) if place]


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add both methods of ``/admin/adapters``, and ``GET /admin/adapters/one``."""
    pages = AdapterPages(services, frame)
    routes = (
        ("/adapters",     "GET",  "adapters",        frame.reading(pages.list)),
        ("/adapters/one", "GET",  "adapter",         frame.reading(pages.show)),
        ("/adapters",     "POST", "change_adapters", frame.changing(pages.change, VERBS)),
    )  # fmt: skip
    for rule, method, endpoint, view in routes:
        blueprint.add_url_rule(rule, endpoint, view, methods=[method])
