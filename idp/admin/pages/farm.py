"""Renders the Farm page: web nodes and NPS hosts with what their users see, and their forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug import Response

from adapter.nps_extension import KNOWN_VERSIONS
from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.management import nodes, nps
from idp.management.what_if import WhatIf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idp.services import Services

PATH = "/admin/farm"
OVERRIDES = ("unset", "TRUE", "FALSE")


@dataclass(frozen=True, slots=True)
class NodeFault:
    """A build that could not be set: the name and text that were typed, and what is wrong."""

    name: str
    text: str
    problem: str
    is_in_name: bool


@dataclass(frozen=True, slots=True)
class HostFault:
    """An NPS host that could not be set: what was typed, and what is wrong."""

    name: str
    version: str
    override: str
    problem: str
    is_in_name: bool


@dataclass(frozen=True, slots=True)
class ListFault:
    """A change of the list of nodes that failed: the action, what was typed, and what is wrong."""

    action: str
    typed: Mapping[str, str]
    problem: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the form of the what-if holds, and what came of it: the farm after it, or a problem."""

    chosen: tuple[str, ...] = ()
    build: str = ""
    found: WhatIf | None = None
    problem: str = ""


class Farm:
    """The page, whatever was posted to it."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def page(
        self,
        session: AdminSession,
        *,
        fault: NodeFault | None = None,
        host_fault: HostFault | None = None,
        list_fault: ListFault | None = None,
        rehearsal: Rehearsal = Rehearsal(),
    ) -> Response:
        """Return the page, with what was wrong in a form, if anything was."""
        node_views, host_views = nodes.nodes(self._services), nps.hosts(self._services)
        node_names = {view.node.name for view in node_views}
        host_names = {view.host.name for view in host_views}
        return self._frame.page(
            "farm",
            session,
            422 if fault or host_fault or list_fault or rehearsal.problem else 200,
            nodes=node_views,
            rehearsal=rehearsal,
            list_fault=list_fault,
            fault=fault,
            fault_is_new=fault is not None and fault.name not in node_names,
            hosts=host_views,
            host_fault=host_fault,
            host_fault_is_new=host_fault is not None and host_fault.name not in host_names,
            versions=[str(version) for version in reversed(KNOWN_VERSIONS)],
            overrides=OVERRIDES,
        )
