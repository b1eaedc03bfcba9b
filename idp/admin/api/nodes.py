"""``/admin/api/nodes``: the nodes of the farm, as ``tallystick server`` shows and sets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import ApiError, GuardedApi, View
from idp.admin.api.models import nodes as models
from idp.admin.api.operation import describe
from idp.audit.roles import READ
from idp.management import nodes
from idp.management.what_if import what_if

if TYPE_CHECKING:
    from idp.federation.farm import Node
    from idp.services import Services

PARAMETERS = {"name": "The name of a node, such as sts1"}
OF_A_BUILD = ("bad_node", "not_a_build", "unknown_kb", "update_level_unknown")
TO_NODE = {"node_show": {"name": "/name"}}


class NodeApi:
    """The views of the nodes."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(models.Nodes)
    def list(self) -> Response:
        """Return all nodes."""
        return jsonify([nodes.node_as_json(node) for node in self._services.farm.nodes()])

    @describe(models.Node)
    def show(self, name: str) -> Response:
        """Return one node."""
        return jsonify(nodes.node_as_json(self._existing(name)))

    @describe(models.ChangedNode, body=models.NewBuild, errors=OF_A_BUILD, links=TO_NODE)
    def set(self, name: str, body: models.NewBuild) -> Response:
        """Set the build of a node, new or known."""
        change = nodes.set_build(self._services, name, body.build)
        return jsonify(nodes.change_as_json(change))

    @describe(models.Node, body=models.NewNodeName, errors=("bad_node",), links=TO_NODE)
    def rename(self, name: str, body: models.NewNodeName) -> Response:
        """Give a node another name."""
        renamed = nodes.rename(self._services, self._existing(name).name, body.name)
        return jsonify(nodes.node_as_json(renamed))

    @describe(models.RemovedNode, errors=("bad_node",))
    def remove(self, name: str) -> Response:
        """Remove a node."""
        nodes.remove(self._services, self._existing(name).name)
        return jsonify(name=name, removed=True)

    @describe(models.ChangedNodes, body=models.NodeCsv, errors=("csv_faults", *OF_A_BUILD))
    def import_csv(self, body: models.NodeCsv) -> Response:
        """Set the builds of many nodes, all or none."""
        changes = nodes.import_builds(self._services, body.csv)
        return jsonify([nodes.change_as_json(change) for change in changes])

    @describe(models.WhatIf, body=models.WhatIfQuestion, errors=OF_A_BUILD)
    def what_if(self, body: models.WhatIfQuestion) -> Response:
        """Return the farm with an update on some nodes; it changes nothing."""
        return jsonify(what_if(self._services, body.nodes, body.build).as_json())

    def _existing(self, name: str) -> Node:
        node = self._services.farm.node(name)
        if node is None:
            raise ApiError(f"There is no node {name!r}", "See /admin/api/nodes", code="not_found")
        return node


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the nodes."""
    views = NodeApi(services)
    api.add("/nodes", {"GET": views.list})
    one: dict[str, View] = {"GET": views.show, "PUT": views.set, "DELETE": views.remove}
    api.add("/nodes/<name>", one, {"PUT": "node.set", "DELETE": "node.remove"})
    api.add("/nodes/<name>/rename", {"POST": views.rename}, {"POST": "node.rename"})
    api.add("/nodes/import", {"POST": views.import_csv}, {"POST": "node.set"})
    api.add("/nodes/what-if", {"POST": views.what_if}, {"POST": READ})
