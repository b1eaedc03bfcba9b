"""The form of the Farm page that renames, removes and imports nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import counted, sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.pages.farm import PATH, Farm, ListFault
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.management import nodes

if TYPE_CHECKING:
    from idp.services import Services

VERBS = {"rename": "node.rename", "remove": "node.remove", "import": "node.set"}
ABOUT = "the nodes"
"""What the message is about; no node has a blank in its name."""


class NodeList:
    """The view of the form."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame
        self._farm = Farm(services, frame)

    def change(self, session: AdminSession) -> Response:
        """Make one change, or show the Farm again with what is wrong."""
        action = request.form.get("action", "")
        try:
            says = self._make(action)
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            return self._farm.page(
                session, list_fault=ListFault(action, request.form, error_text(error))
            )
        return self._frame.done(f"{PATH}#node-list", session, Flash(ABOUT, says))

    def _make(self, action: str) -> str:
        form = request.form
        name = form.get("name", "")
        if action == "rename":
            node = nodes.rename(self._services, name, form.get("new_name", "").strip())
            return sentence("{name} is {new_name} now.", name=name, new_name=node.name)
        if action == "remove":
            nodes.remove(self._services, name)
            return sentence("{name} is no longer a node.", name=name)
        changes = nodes.import_builds(self._services, form.get("csv", ""))
        return counted("{number} imported.", "{number} imported.", len(changes))


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``POST /admin/nodes/list``."""
    changing = frame.changing(NodeList(services, frame).change, VERBS)
    blueprint.add_url_rule("/nodes/list", "change_node_list", changing, methods=["POST"])
