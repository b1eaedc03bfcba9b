"""What one web request brings besides its message: who answers, and where its pages post to."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.contract import HttpRequest
from idp.federation.nodes import Node


@dataclass(frozen=True, slots=True)
class Visit:
    """One web request. ``action`` is the absolute address that its pages post to."""

    node: Node
    action: str
    client_ip: str
    user_agent: str

    def for_adapter(self, application: str) -> HttpRequest:
        """Return what an adapter may know of it."""
        return HttpRequest(
            node_name=self.node.name,
            node_build=self.node.build,
            application=application,
            client_ip=self.client_ip,
            user_agent=self.user_agent,
        )
