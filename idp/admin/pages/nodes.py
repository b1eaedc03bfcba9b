"""The Farm page: every node with what its users see, and a form to set its build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from idp.admin import change_log
from idp.admin.flash import Flash
from idp.admin.frame import HOME, Frame
from idp.admin.session import AdminSession
from idp.federation.farm import BadNode
from idp.management import nodes

if TYPE_CHECKING:
    from idp.services import Services

BY = "administrator"
"""Is stored as the one who changed a build on this page."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A build that could not be set: the name and text that were typed, and what is wrong."""

    name: str
    text: str
    problem: str
    is_in_name: bool


class NodePages:
    """The views of the Farm page."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def home(self) -> Response:
        """Show the Farm, or the token form to a browser without a session."""
        session = self._frame.session()
        return self._frame.token_form() if session is None else self._farm(session)

    def set_build(self, session: AdminSession) -> Response:
        """Set the build of a node, or show the Farm again with what is wrong."""
        name = request.form.get("name", "").strip()
        text = request.form.get("build", "")
        try:
            change = self._services.farm.set_build(name, text, BY)
        except Unavailable:
            raise
        except TallystickError as error:
            change_log.log_refusal(error)
            fault = Fault(name, text, str(error), is_in_name=isinstance(error, BadNode))
            return self._farm(session, status=422, fault=fault)
        change_log.log_node(change.node)
        view = nodes.view_of(self._services, change.node)
        says = f"Set to {change.node.build}. The next sign-in that begins here shows {view.shows}."
        flash = Flash(change.node.name, says, change.warnings)
        return self._frame.done(f"{HOME}#node-{name}", session, flash)

    def _farm(
        self, session: AdminSession, *, status: int = 200, fault: Fault | None = None
    ) -> Response:
        views = nodes.nodes(self._services)
        names = {view.node.name for view in views}
        return self._frame.page(
            "farm",
            session,
            status,
            nodes=views,
            fault=fault,
            fault_is_new=fault is not None and fault.name not in names,
        )


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/`` and ``POST /admin/nodes``."""
    pages = NodePages(services, frame)
    blueprint.add_url_rule("/", "home", pages.home, methods=["GET"])
    blueprint.add_url_rule("/nodes", "set_build", frame.changing(pages.set_build), methods=["POST"])
