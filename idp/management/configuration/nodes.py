"""The section ``nodes``: the nodes of the farm in their order, and the build of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.sentences import sentence
from idp.federation.farm import BadNode, Node
from idp.management import nodes
from idp.management.configuration.section import Given, Section, Table
from idp.management.configuration.tables import NodeTable

if TYPE_CHECKING:
    from idp.services import Services


class Nodes(Section):
    """The nodes of the farm, in their order.

    The first one answers where nothing chooses another.
    """

    key, kind, model, shown = "nodes", sentence("node"), NodeTable, ("build", "product")

    def stored(self, services: Services) -> dict[str, Table]:
        """Return the nodes in the order in which they were added."""
        return {node.name: _table(node) for node in services.farm.nodes()}

    def wanted(self, services: Services, given: Given) -> Table:
        """Return the node; raises what ``Farm.plan`` raises."""
        merged = given.merged
        if "build" not in merged:
            raise BadNode("A new node needs a build", 'Give build = "20348.350"')
        wanted = _table(services.farm.plan(merged["name"], merged["build"], "").node)
        product = given.table.get("product")
        if product not in (None, wanted["product"]):
            raise BadNode(
                f"The build {wanted['build']} is of {wanted['product']}, not of {product[:60]}",
                "Leave product out: it follows from the build",
            )
        return wanted

    def make(self, services: Services, given: Given, wanted: Table, prepared: Any) -> None:
        """Set the build."""
        nodes.set_build(services, wanted["name"], wanted["build"])

    def remove(self, services: Services, name: str) -> None:
        """Remove the node."""
        nodes.remove(services, name)


def _table(node: Node) -> Table:
    return {"name": node.name, "product": node.product, "build": node.build}
