"""The Farm page, and the form that sets the build of a node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import counted, sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.pages.farm import PATH, Farm, NodeFault, Rehearsal
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.federation.farm import BadNode
from idp.management import nodes
from idp.management.what_if import sentence_of, what_if

if TYPE_CHECKING:
    from idp.services import Services


ABOUT_SEVERAL = "the farm"
"""What a message about several nodes is about; no node has a blank in its name."""


class NodePages:
    """The views of the Farm page."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame
        self._farm = Farm(services, frame)

    def show(self, session: AdminSession) -> Response:
        """Show the Farm, and with the parameters ``node`` and ``update`` what an update changes."""
        if "update" not in request.args:
            return self._farm.page(session)
        names, text = tuple(request.args.getlist("node")), request.args["update"].strip()
        try:
            found = what_if(self._services, names, text)
        except Unavailable:
            raise
        except TallystickError as error:
            rehearsal = Rehearsal(names, text, problem=error_text(error))
            return self._farm.page(session, rehearsal=rehearsal)
        return self._farm.page(session, rehearsal=Rehearsal(names, text, found))

    def apply(self, session: AdminSession) -> Response:
        """Set the build of the chosen nodes, all or none, as the what-if has shown it."""
        names, text = tuple(request.form.getlist("node")), request.form.get("build", "")
        try:
            changes = nodes.set_builds(self._services, names, text)
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            rehearsal = Rehearsal(names, text, problem=error_text(error))
            return self._farm.page(session, rehearsal=rehearsal)
        says = counted(
            "{number} node: Set to {build}. {meets}", "{number} nodes: Set to {build}. {meets}",
            len(changes), build=changes[0].node.build,
            meets=sentence_of(nodes.nodes(self._services)),
        )  # fmt: skip
        return self._frame.done(f"{PATH}#what-if", session, Flash(ABOUT_SEVERAL, says))

    def set_build(self, session: AdminSession) -> Response:
        """Set the build of a node, or show the Farm again with what is wrong."""
        name = request.form.get("name", "").strip()
        text = request.form.get("build", "")
        try:
            change = nodes.set_build(self._services, name, text)
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            fault = NodeFault(name, text, error_text(error), is_in_name=isinstance(error, BadNode))
            return self._farm.page(session, fault=fault)
        view = nodes.view_of(self._services, change.node)
        says = sentence(
            "Set to {build}. The next sign-in that begins here shows {shows}.",
            build=change.node.build, shows=view.shows,
        )  # fmt: skip
        flash = Flash(change.node.name, says, change.warnings)
        return self._frame.done(f"{PATH}#node-{name}", session, flash)


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/farm``, ``POST /admin/nodes`` and ``POST /admin/nodes/builds``."""
    pages = NodePages(services, frame)
    blueprint.add_url_rule("/farm", "farm", frame.reading(pages.show), methods=["GET"])
    blueprint.add_url_rule(
        "/nodes", "set_build", frame.changing(pages.set_build, "node.set"), methods=["POST"]
    )
    applying = frame.changing(pages.apply, "node.set")
    blueprint.add_url_rule("/nodes/builds", "apply_builds", applying, methods=["POST"])
