"""``/admin/api/nodes``: the nodes of the farm, as ``tallystick server`` shows and sets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import ApiError, GuardedApi
from idp.admin.api.json_body import BadBody, json_object, text_of, texts_of
from idp.audit.roles import READ
from idp.management import nodes
from idp.management.what_if import what_if

if TYPE_CHECKING:
    from idp.federation.farm import Node
    from idp.services import Services


class NodeApi:
    """The views of the nodes."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list(self) -> Response:
        """Return all nodes."""
        return jsonify([nodes.node_as_json(node) for node in self._services.farm.nodes()])

    def show(self, name: str) -> Response:
        """Return one node."""
        return jsonify(nodes.node_as_json(self._existing(name)))

    def set(self, name: str) -> Response:
        """Set the build of a node, new or known; the body is ``{"build": TEXT}``."""
        change = nodes.set_build(self._services, name, _build_of_body())
        return jsonify(nodes.change_as_json(change))

    def rename(self, name: str) -> Response:
        """Give a node another name; the body is ``{"name": TEXT}``."""
        new_name = text_of(json_object(("name",)), "name")
        if new_name is None:
            raise BadBody("The body has no name", 'Send one like {"name": "sts4"}')
        renamed = nodes.rename(self._services, self._existing(name).name, new_name)
        return jsonify(nodes.node_as_json(renamed))

    def remove(self, name: str) -> Response:
        """Remove a node."""
        nodes.remove(self._services, self._existing(name).name)
        return jsonify(name=name, removed=True)

    def import_csv(self) -> Response:
        """Set the builds of many nodes, all or none; the body is ``{"csv": TEXT}``."""
        csv = text_of(json_object(("csv",)), "csv")
        if csv is None:
            raise BadBody("The body has no csv", 'Send one like {"csv": "name,build\\n…"}')
        changes = nodes.import_builds(self._services, csv)
        return jsonify([nodes.change_as_json(change) for change in changes])

    def what_if(self) -> Response:
        """Return the farm with an update on some nodes; it changes nothing.

        The body is ``{"nodes": [NAME, …], "build": TEXT}``.
        """
        body = json_object(("nodes", "build"))
        names, build = texts_of(body, "nodes"), text_of(body, "build")
        if not names or build is None:
            raise BadBody(
                "The body has no nodes or no build",
                'Send one like {"nodes": ["sts1"], "build": "KB5007205"}',
            )
        return jsonify(what_if(self._services, names, build).as_json())

    def _existing(self, name: str) -> Node:
        node = self._services.farm.node(name)
        if node is None:
            raise ApiError(f"There is no node {name!r}", "See /admin/api/nodes", code="not_found")
        return node


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the nodes."""
    views = NodeApi(services)
    api.add("/nodes", {"GET": views.list})
    one = {"GET": views.show, "PUT": views.set, "DELETE": views.remove}
    api.add("/nodes/<name>", one, {"PUT": "node.set", "DELETE": "node.remove"})
    api.add("/nodes/<name>/rename", {"POST": views.rename}, {"POST": "node.rename"})
    api.add("/nodes/import", {"POST": views.import_csv}, {"POST": "node.set"})
    api.add("/nodes/what-if", {"POST": views.what_if}, {"POST": READ})


def _build_of_body() -> str:
    build = text_of(json_object(), "build")
    if build is None:
        raise BadBody(
            "The body is not a JSON object with the text build",
            'Send one like {"build": "20348.350"}',
        )
    return build
