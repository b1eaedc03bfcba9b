"""The node of the farm that answers a request."""

from __future__ import annotations

from collections.abc import Mapping

from adapter.errors import Unavailable
from idp.config.schema import ServerSection
from idp.federation.farm import Farm

NODE_COOKIE = "tallystick_node"


class NoNode(Unavailable):
    """Raised if this server is not a node of the farm: without a build nobody can sign in."""

    code = "no_node"

    def __init__(self) -> None:
        super().__init__(
            "This server is no node of the farm", "Make it one: tallystick server set NODE BUILD"
        )


class AnsweringNode:
    """Finds the node that answers: the configured one, or the one that a visitor chose.

    Only the demo lets visitors choose, by the cookie ``tallystick_node``.
    """

    def __init__(self, server: ServerSection, farm: Farm) -> None:
        self._server = server
        self._farm = farm

    def chosen(self, cookies: Mapping[str, str]) -> str | None:
        """Return the name of the configured or chosen node; None means the farm's first."""
        if self._server.node is None and self._server.node_cookie:
            return cookies.get(NODE_COOKIE)
        return self._server.node

    def name(self, cookies: Mapping[str, str]) -> str:
        """Return the name of the node that answers; raises :class:`NoNode`."""
        chosen = self.chosen(cookies)
        node = self._farm.node(chosen) if chosen else None
        if node is None and self._server.node is None:
            node = self._farm.first()
        if node is None:
            raise NoNode
        return node.name

    def name_or_empty(self) -> str:
        """Return the name of the node that answers what is no browser; empty without any."""
        try:
            return self.name({})
        except NoNode:
            return ""
